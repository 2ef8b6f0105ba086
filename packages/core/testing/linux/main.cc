// Our stack, the kernel's sockets and the impairment bridge, driven by lines on stdin (README.md):
//   zt_linux_lab sockets                      the kernel's sockets of this network namespace
//   zt_linux_lab link END END [SETTING=VALUE...]
// END is tap:NAMESPACE:DEVICE or stack:MTU:ADDRESS/BITS[,ADDRESS/BITS...]. `seed=` chooses the fate of every frame,
// `capture=` writes what enters the link as pcapng; the other settings are those of `impair`.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "testing/linux/kernel_sockets.h"
#include "testing/linux/session.h"
#include "testing/linux/settings.h"

namespace zt::linux_lab {

namespace {

// Our stack acts after the commands have taken their turn.
class StackTurn final : public Part {
 public:
  explicit StackTurn(StackEnd& end) : end_(end) {}
  bool Turn(int64_t) override {
    end_.Run();
    return false;
  }
  int64_t NextNs() const override { return end_.NextNs(); }

 private:
  StackEnd& end_;
};

[[noreturn]] void Usage() {
  std::fprintf(stderr, "usage: zt_linux_lab sockets | link END END [SETTING=VALUE...]\n");
  std::exit(2);
}

std::unique_ptr<LinkEnd> MakeEnd(EventLoop& loop, const char* text, uint64_t seed, StackEnd*& stack) {
  const auto words = SplitWords(text, ':');
  if (words.size() == 3 && words[0] == "tap") return std::make_unique<TapEnd>(loop, words[1], words[2]);
  if (words.size() < 3 || words[0] != "stack") Usage();
  const std::string list = std::string(text).substr(words[0].size() + words[1].size() + 2);
  std::vector<IpPrefix> addresses;
  for (const std::string& word : SplitWords(list, ',')) {
    const auto prefix = IpPrefix::Parse(word);
    if (!prefix) Usage();
    addresses.push_back(*prefix);
  }
  auto end = std::make_unique<StackEnd>(seed, static_cast<uint32_t>(std::atoi(words[1].c_str())), addresses);
  stack = end.get();
  return end;
}

int RunSockets() {
  EventLoop loop;
  KernelSockets sockets(loop), outside(loop);
  Session session(loop, sockets, outside, nullptr, nullptr);
  loop.Add(session);
  loop.Run();
  return 0;
}

int RunLink(int count, char** arguments) {
  if (count < 2) Usage();
  uint64_t seed = 1;
  Impairment impairment;
  std::unique_ptr<CaptureFile> capture;
  for (int i = 2; i < count; ++i) {
    if (std::strncmp(arguments[i], "seed=", 5) == 0) {
      seed = std::strtoull(arguments[i] + 5, nullptr, 10);
    } else if (std::strncmp(arguments[i], "capture=", 8) == 0) {
      capture = std::make_unique<CaptureFile>(arguments[i] + 8);
    } else if (!ApplySetting(arguments[i], impairment)) {
      Usage();
    }
  }
  EventLoop loop;
  StackEnd* stack = nullptr;
  auto a = MakeEnd(loop, arguments[0], seed, stack);
  auto b = MakeEnd(loop, arguments[1], seed, stack);
  Link link(std::move(a), std::move(b), seed);
  link.capture = std::move(capture);
  for (ImpairedLane& lane : link.lanes) lane.impairment = impairment;
  KernelSockets outside(loop);
  Sockets& sockets = stack != nullptr ? static_cast<Sockets&>(*stack) : outside;
  Session session(loop, sockets, outside, stack != nullptr ? &stack->stack() : nullptr, &link);
  loop.Add(link);
  loop.Add(session);
  std::unique_ptr<StackTurn> turn;
  if (stack != nullptr) {
    turn = std::make_unique<StackTurn>(*stack);
    loop.Add(*turn);
  }
  std::printf("ready\n");
  std::fflush(stdout);
  loop.Run();
  return 0;
}

}  // namespace

}  // namespace zt::linux_lab

int main(int count, char** arguments) {
  using namespace zt::linux_lab;
  if (count == 2 && std::strcmp(arguments[1], "sockets") == 0) return RunSockets();
  if (count >= 3 && std::strcmp(arguments[1], "link") == 0) return RunLink(count - 2, arguments + 2);
  Usage();
}
