#include "testing/linux/stream.h"

#include <algorithm>

#include "testing/linux/event_loop.h"
#include "testing/linux/pattern.h"

namespace zt::linux_lab {

namespace {
constexpr uint64_t kToTheEnd = UINT64_MAX;
constexpr size_t kChunk = 64 << 10;

bool IsOutput(Operation::Kind kind) {
  return kind == Operation::Kind::kWrite || kind == Operation::Kind::kShutdown;
}
}  // namespace

void Stream::Add(Operation operation) {
  if (ended_ && status_ != Status::kOk) {
    Fail(operation, status_, "bytes=0");
    return;
  }
  (IsOutput(operation.kind) ? out_ : in_).push_back(std::move(operation));
}

void Stream::Opened(SocketId id) {
  id_ = id;
  open_ = true;
  opened_ns_ = NowNs();
  for (uint64_t request : wait_open_) report_(request, Status::kOk, "");
  wait_open_.clear();
}

void Stream::Ended(Status status) {
  ended_ = true;
  status_ = status;
  for (uint64_t request : wait_open_) report_(request, status, "");
  for (uint64_t request : wait_closed_) report_(request, Status::kOk, "status=" + std::string(ToString(status)));
  wait_open_.clear();
  wait_closed_.clear();
  // After an orderly end what arrived can still be read.
  if (status == Status::kOk) return;
  Pump();
  for (std::deque<Operation>* queue : {&out_, &in_}) {
    for (const Operation& op : *queue) Fail(op, status, Facts(op));
    queue->clear();
  }
}

void Stream::JoinTo(Stream& target, uint64_t request) {
  target.feeder_ = this;
  Operation op{Operation::Kind::kPipe, request};
  op.target = &target;
  Add(std::move(op));
}

void Stream::WaitOpen(uint64_t request) {
  if (open_ || ended_) {
    report_(request, open_ ? Status::kOk : status_, "");
  } else {
    wait_open_.push_back(request);
  }
}

void Stream::WaitClosed(uint64_t request) {
  if (ended_) {
    report_(request, Status::kOk, "status=" + std::string(ToString(status_)));
  } else {
    wait_closed_.push_back(request);
  }
}

bool Stream::Pump() {
  if (!open_) return false;
  const bool more_out = PumpQueue(out_);
  const bool more_in = PumpQueue(in_);
  return more_out || more_in;
}

bool Stream::PumpQueue(std::deque<Operation>& queue) {
  while (!queue.empty()) {
    Operation& op = queue.front();
    if (op.started_ns == 0) op.started_ns = NowNs();
    const Progress progress = Step(op);
    if (progress == Progress::kBlocked) return false;
    if (progress == Progress::kTurnOver) return true;
    if (progress == Progress::kFinished) report_(op.request, Status::kOk, Facts(op));
    queue.pop_front();
  }
  return false;
}

Stream::Progress Stream::Step(Operation& op) {
  switch (op.kind) {
    case Operation::Kind::kWrite: return Write(op, op.done, op.total);
    case Operation::Kind::kRead: return Read(op, op.total);
    case Operation::Kind::kReadAll: return Read(op, kToTheEnd);
    case Operation::Kind::kPingPong: return PingPong(op);
    case Operation::Kind::kPipe: return Pipe(op);
    case Operation::Kind::kShutdown: {
      const Status status = sockets_.Shutdown(id_);
      return status == Status::kOk ? Progress::kFinished : Fail(op, status, "");
    }
  }
  return Progress::kFinished;
}

Stream::Progress Stream::Write(Operation& op, uint64_t& position, uint64_t end) {
  uint8_t chunk[kChunk];
  for (size_t turn = 0; turn < kTurnBytes;) {
    if (position == end) return Progress::kFinished;
    const size_t size = std::min<uint64_t>(kChunk, end - position);
    FillPattern(op.seed, sent_, {chunk, size});
    const int64_t n = sockets_.Write(id_, {chunk, size});
    if (n < 0) return Fail(op, static_cast<Status>(-n), Facts(op));
    position += static_cast<uint64_t>(n);
    sent_ += static_cast<uint64_t>(n);
    turn += static_cast<uint64_t>(n);
    if (static_cast<size_t>(n) < size) {
      if (n == 0) return Progress::kBlocked;
    }
  }
  return Progress::kTurnOver;
}

Stream::Progress Stream::Read(Operation& op, uint64_t end) {
  uint8_t chunk[kChunk];
  for (size_t turn = 0; turn < kTurnBytes;) {
    if (op.done == end) return Progress::kFinished;
    const size_t size = std::min<uint64_t>(kChunk, end - op.done);
    const int64_t n = sockets_.Read(id_, {chunk, size});
    if (n == -static_cast<int64_t>(Status::kWouldBlock)) return Progress::kBlocked;
    if (n < 0) return Fail(op, static_cast<Status>(-n), Facts(op));
    if (n == 0) {
      return end == kToTheEnd ? Progress::kFinished : Fail(op, Status::kClosed, Facts(op));
    }
    const size_t good = FirstMismatch(op.seed, received_, {chunk, static_cast<size_t>(n)});
    if (good != static_cast<size_t>(n)) {
      return Fail(op, Status::kInvalidArgument, "mismatch-at=" + std::to_string(received_ + good));
    }
    op.done += static_cast<uint64_t>(n);
    received_ += static_cast<uint64_t>(n);
    turn += static_cast<uint64_t>(n);
  }
  return Progress::kTurnOver;
}

Stream::Progress Stream::PingPong(Operation& op) {
  while (op.round < op.rounds) {
    const Progress progress = op.reading ? Read(op, op.total) : Write(op, op.done, op.total);
    if (progress != Progress::kFinished) return progress;
    op.done = 0;
    op.round += op.reading;
    op.reading = !op.reading;
  }
  op.done = op.total * op.rounds;
  return Progress::kFinished;
}

Stream::Progress Stream::Pipe(Operation& op) {
  for (size_t turn = 0; turn < kTurnBytes;) {
    if (op.unsent.empty()) {
      op.unsent.resize(kChunk);
      const int64_t n = sockets_.Read(id_, op.unsent);
      op.unsent.resize(static_cast<size_t>(std::max<int64_t>(n, 0)));
      if (n == -static_cast<int64_t>(Status::kWouldBlock)) return Progress::kBlocked;
      if (n < 0) {
        op.target->sockets().Abort(op.target->id());
        return Fail(op, static_cast<Status>(-n), Facts(op));
      }
      if (n == 0) {
        op.target->sockets().Shutdown(op.target->id());
        return Progress::kFinished;
      }
    }
    const int64_t n = op.target->sockets().Write(op.target->id(), op.unsent);
    if (n < 0) {
      sockets_.Abort(id_);
      return Fail(op, static_cast<Status>(-n), Facts(op));
    }
    op.unsent.erase(op.unsent.begin(), op.unsent.begin() + n);
    op.done += static_cast<uint64_t>(n);
    turn += static_cast<uint64_t>(n);
    if (n == 0) return Progress::kBlocked;
  }
  return Progress::kTurnOver;
}

Stream::Progress Stream::Fail(const Operation& op, Status status, const std::string& facts) {
  report_(op.request, status, facts);
  return Progress::kFailed;
}

std::string Stream::Facts(const Operation& op) const {
  const int64_t now = NowNs();
  const auto ms = [now](int64_t since) { return std::to_string(static_cast<double>(now - since) / 1e6); };
  return "bytes=" + std::to_string(op.done) + " ms=" + ms(op.started_ns) + " ms-open=" + ms(opened_ns_);
}

}  // namespace zt::linux_lab
