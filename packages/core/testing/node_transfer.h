// A TCP transfer between two hosts of a NodeLab, checked byte for byte.
#pragma once

#include "testing/node_lab.h"

namespace zt::testing {

class NodeTransfer {
 public:
  NodeTransfer(NodeLab& lab, LabHost& from, LabHost& to, const IpAddress& ip, size_t size,
               uint16_t port = 80)
      : lab_(lab), from_(from), to_(to), size_(size), accepted_before_(to.Count(Event::kTcpAccepted)) {
    CHECK(lab.Do(to, Command::kTcpListen, [&](node::HostWriter& w) {
            w.U64(0);
            w.Ep({ip, port});
            w.U32(4);
          }) == Status::kOk);
    CHECK(lab.Do(from, Command::kTcpConnect, [&](node::HostWriter& w) {
            w.U64(0);
            w.Ep({});
            w.Ep({ip, port});
            w.U32(0);
          }) == Status::kOk);
    client = {lab.Body().U32()};
  }

  // Runs until everything arrived and both sides saw the end.
  void Finish() {
    lab_.RunUntil([&] { return Pump(); });
    CHECK(received_ == size_);
    CHECK(wrong_ == 0);
  }
  // One round of writing and reading; true at the end of the stream.
  bool Pump() {
    if (!server && to_.Count(Event::kTcpAccepted) > accepted_before_) {
      ByteReader in(to_.Last(Event::kTcpAccepted)->body);
      in.Skip(4);
      server = {in.U32()};
    }
    Write();
    return server && Read();
  }
  size_t received() const { return received_; }

  SocketId client, server;

 private:
  static uint8_t ByteAt(size_t i) { return static_cast<uint8_t>(i * 2654435761u >> 24 ^ i); }

  void Write() {
    if (from_.Count(Event::kTcpConnected) == 0 || ended_) return;
    Bytes piece(16384);
    while (sent_ < size_) {
      piece.resize(std::min<size_t>(16384, size_ - sent_));
      for (size_t i = 0; i < piece.size(); ++i) piece[i] = ByteAt(sent_ + i);
      const int64_t taken = from_.node->TcpWrite(lab_.now(), client, piece);
      lab_.Drain(from_);
      if (taken <= 0) return;
      sent_ += static_cast<size_t>(taken);
    }
    ended_ = true;
    CHECK(lab_.Do(from_, Command::kTcpShutdown, [&](node::HostWriter& w) { w.U32(client.value); }) == Status::kOk);
  }

  bool Read() {
    Bytes into(65536);
    for (;;) {
      const int64_t got = to_.node->TcpRead(lab_.now(), server, into);
      if (got == 0) return true;
      if (got < 0) return false;
      for (size_t i = 0; i < static_cast<size_t>(got); ++i) wrong_ += into[i] != ByteAt(received_ + i);
      received_ += static_cast<size_t>(got);
      lab_.Drain(to_);
    }
  }

  NodeLab& lab_;
  LabHost &from_, &to_;
  size_t size_, sent_ = 0, received_ = 0, wrong_ = 0;
  size_t accepted_before_;
  bool ended_ = false;
};

}  // namespace zt::testing
