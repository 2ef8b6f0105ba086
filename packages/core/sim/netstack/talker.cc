#include "sim/netstack/talker.h"

#include <algorithm>

namespace zt::netstack::sim {

Talker::Talker(Lab& lab, Lab::Host& host, const EndPlan& plan, const EndPlan& peer, uint64_t seed, int end)
    : lab_(lab), host_(host), plan_(plan), peer_(peer), way_out_(Way(seed, end)), way_in_(Way(seed, 1 - end)) {}

void Talker::Start(SocketId socket) {
  socket_ = socket;
  started_ = true;
  ++actions_;
  for (const OptionChange& change : plan_.options) {
    const auto set = [this, change] {
      if (!finished_) host_.stack.SetOption(lab_.now, socket_, change.option, change.value);
    };
    if (change.after == 0) set();
    else lab_.At(lab_.now.mono + change.after, [this, set] { set(), lab_.Settle(host_); });
  }
  Write();
  if (!finished_) Read();
}

void Talker::OnClosed(Status status) {
  if (closed_) Fault("kTcpClosed came twice");
  closed_ = status;
  ++actions_;
  if (finished_) return;
  Read();  // what came before an orderly end is still there
  FinishIfDone();
}

void Talker::Probe() {
  if (!started_ || finished_) return;
  host_.stack.SetOption(lab_.now, socket_, SocketOption::kTcpKeepidle, 1'000);
  host_.stack.SetOption(lab_.now, socket_, SocketOption::kTcpKeepintvl, 1'000);
  host_.stack.SetOption(lab_.now, socket_, SocketOption::kSoKeepalive, 1);
}

uint64_t Talker::MayWrite() const {
  if (plan_.turn == 0 || end_read_) return plan_.bytes;
  const bool first = way_out_ % 2 == 0;
  const uint64_t turns = read_ / peer_.turn + (first ? 1 : 0);
  return std::min(plan_.bytes, turns * plan_.turn);
}

void Talker::Write() {
  if (finished_ || write_waits_ || closed_) return;
  bool again = true;
  while (again && !finished_ && written_ < MayWrite()) {
    if (!WriteOnce(MayWrite(), again)) return;
    if (LeaveIfTime()) return;
    if (plan_.write_pause == 0 || !again) continue;
    write_waits_ = true;
    return Later(plan_.write_pause, &Talker::Write);
  }
  if (written_ == plan_.bytes) {
    if (plan_.ending == Ending::kCloseEarly) return Leave();
    if (plan_.ending == Ending::kOrderly && !shut_) {
      shut_ = true;
      const Status status = host_.stack.TcpShutdown(lab_.now, socket_);
      if (status == Status::kNotFound) Fault("TcpShutdown does not know the socket");
    }
  }
  FinishIfDone();
}

// False: the connection is gone. `again`: there may be room for more.
bool Talker::WriteOnce(uint64_t end, bool& again) {
  const size_t size = static_cast<size_t>(std::min<uint64_t>(end - written_, plan_.chunk));
  buffer_.resize(size);
  for (size_t i = 0; i < size; ++i) buffer_[i] = PatternWriter::At(way_out_, written_ + i);
  const int64_t n = host_.stack.TcpWrite(lab_.now, socket_, buffer_);
  ++writes_;
  if (n < 0) return false;  // kTcpClosed tells the application
  if (static_cast<uint64_t>(n) > size) Fault("TcpWrite took more than it was given");
  written_ += static_cast<uint64_t>(n);
  if (n != 0) ++actions_;
  again = static_cast<size_t>(n) == size;
  return true;
}

void Talker::Read() {
  if (finished_ || read_waits_ || end_read_) return;
  if (plan_.ending == Ending::kCloseUnread) {
    const auto info = host_.stack.Info(socket_);
    if (info && info->receive_queue != 0 && read_ + written_ >= plan_.quit_after) return Leave();
  }
  for (;;) {
    buffer_.resize(plan_.read_size);
    const int64_t n = host_.stack.TcpRead(lab_.now, socket_, buffer_);
    if (n < 0) break;
    ++actions_;
    if (n == 0) {
      end_read_ = true;
      break;
    }
    Compare({buffer_.data(), static_cast<size_t>(n)});
    if (LeaveIfTime()) return;
    if (plan_.read_pause != 0) {
      // It must come back: only a read that finds less than it asks for brings another event.
      read_waits_ = static_cast<size_t>(n) == buffer_.size();
      if (read_waits_) Later(plan_.read_pause, &Talker::Read);
      break;
    }
    if (static_cast<size_t>(n) < buffer_.size()) break;
  }
  Write();
  FinishIfDone();
}

void Talker::Compare(ByteSpan data) {
  for (size_t i = 0; i < data.size(); ++i) {
    if (data[i] == PatternWriter::At(way_in_, read_ + i)) continue;
    Fault("byte " + std::to_string(read_ + i) + " is not the one that was written");
    break;
  }
  read_ += data.size();
  if (read_ > peer_.bytes) Fault("more bytes than were written");
}

bool Talker::LeaveIfTime() {
  if (plan_.ending != Ending::kAbort || read_ + written_ < plan_.quit_after) return false;
  Leave();
  return true;
}

void Talker::FinishIfDone() {
  if (finished_) return;
  const bool broken = closed_ && *closed_ != Status::kOk;
  const bool said_all = written_ == plan_.bytes && end_read_;
  if (broken) return Leave();
  if (plan_.ending == Ending::kOrderly) {
    if (said_all && shut_ && (closed_ || !plan_.wait_closed)) Leave();
  } else if (closed_ || (end_read_ && plan_.ending != Ending::kCloseEarly)) {
    Leave();
  }
}

void Talker::Leave() {
  if (finished_) return;
  finished_ = true;
  ++actions_;
  left_rudely_ = plan_.ending != Ending::kOrderly && !closed_;
  if (plan_.ending == Ending::kAbort && !closed_) host_.stack.TcpAbort(lab_.now, socket_);
  const Status status = host_.stack.Close(lab_.now, socket_);
  if (status != Status::kOk) Fault("Close: " + std::string(ToString(status)));
}

void Talker::Later(Millis after, void (Talker::*act)()) {
  lab_.At(std::max(lab_.now.mono + after, host_.stalled_until), [this, act] {
    if (host_.stalled_until > lab_.now.mono) return Later(0, act);
    if (act == &Talker::Write) write_waits_ = false;
    if (act == &Talker::Read) read_waits_ = false;
    (this->*act)();
    lab_.Settle(host_);
  });
}

void Talker::Fault(const std::string& what) {
  if (fault_.empty()) fault_ = what;
}

std::string Talker::Describe() const {
  std::string text = "written " + std::to_string(written_) + "/" + std::to_string(plan_.bytes) + " read " +
                     std::to_string(read_) + "/" + std::to_string(peer_.bytes);
  if (!started_) text += " not-started";
  if (shut_) text += " shut";
  if (end_read_) text += " end-read";
  if (closed_) text += " closed:" + std::string(ToString(*closed_));
  if (finished_) text += " finished";
  if (started_ && !finished_) {
    if (const auto info = host_.stack.Info(socket_)) {
      text += " state " + std::to_string(info->tcp_state) + " send-queue " + std::to_string(info->send_queue) +
              " receive-queue " + std::to_string(info->receive_queue);
    }
  }
  return text;
}

}  // namespace zt::netstack::sim
