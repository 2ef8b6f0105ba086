#include "host/udp_bindings.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "host/os_random.h"

namespace zt::host {

namespace {

// vl1.md §3.10.
constexpr uint16_t kLowestDrawn = 20'000;
constexpr uint16_t kHighestPrimary = 65'499;
constexpr uint16_t kHighestOther = 65'535;
constexpr int kDraws = 256;

bool Contains(std::span<const InterfaceAddress> addresses, const IpAddress& ip) {
  return std::any_of(addresses.begin(), addresses.end(), [&](const InterfaceAddress& a) { return a.ip == ip; });
}

}  // namespace

void UdpBindings::ReadAddresses() {
  own_.clear();
  wildcards_ = false;
  if (!policy_.FollowsInterfaces()) return;
  std::vector<InterfaceAddress> all;
  if (ListInterfaceAddresses(all)) {
    own_ = UsableAddresses(policy_, all);
    return;
  }
  wildcards_ = policy_.automatic;
  if (!wildcards_) return;
  for (const char* any : {"0.0.0.0", "::"}) own_.push_back({"", 0, *IpAddress::Parse(any), false});
}

bool UdpBindings::Open(std::string& what) {
  ReadAddresses();
  return policy_.automatic ? OpenAutomatic(what) : OpenFixed(what);
}

bool UdpBindings::OpenFixed(std::string& what) {
  for (const Endpoint& endpoint : policy_.fixed) {
    if (Add(endpoint, 0)) continue;
    what = "cannot bind UDP " + endpoint.ToString();
    return false;
  }
  return true;
}

bool UdpBindings::OpenAutomatic(std::string& what) {
  if (!OpenPort(kPrimary, policy_.primary_port, what)) return false;
  if (policy_.secondary.used && !OpenPort(kSecondary, policy_.secondary.number, what)) return false;
  std::string unused;  // another port can be mapped as well
  if (policy_.tertiary.used) OpenPort(kTertiary, policy_.tertiary.number, unused);
  return true;
}

bool UdpBindings::OpenPort(Port port, uint16_t number, std::string& what) {
  const bool drawn = number == 0;
  for (int draw = 0; draw < (drawn ? kDraws : 1); ++draw) {
    if (drawn) number = RandomPort(kLowestDrawn, port == kPrimary ? kHighestPrimary : kHighestOther);
    if (std::find(ports_.begin(), ports_.end(), number) != ports_.end() || !TryPort(number)) continue;
    ports_[port] = number;
    return true;
  }
  errno = EADDRINUSE;
  what = drawn ? "no UDP port is free" : "cannot bind UDP port " + std::to_string(number);
  return false;
}

bool UdpBindings::TryPort(uint16_t number) {
  const size_t before = bindings_.size();
  for (const InterfaceAddress& address : own_) {
    // Another error than this one is an address that has just gone: Update will see.
    if (Add({address.ip, number}, address.index) || errno != EADDRINUSE) continue;
    bindings_.resize(before);
    return false;
  }
  return true;
}

bool UdpBindings::Add(const Endpoint& endpoint, int interface_index) {
  std::unique_ptr<UdpSocket> socket = UdpSocket::Open(endpoint, interface_index);
  if (socket == nullptr || !poller_.Watch(next_number_, socket->descriptor())) return false;
  UdpBinding& binding = bindings_.emplace_back();
  binding.number = {next_number_++};
  binding.socket = std::move(socket);
  binding.progress = std::numeric_limits<size_t>::max();  // what is under way was meant for the sockets there were
  return true;
}

bool UdpBindings::Update() {
  if (!policy_.FollowsInterfaces()) return false;
  const std::vector<InterfaceAddress> before = std::move(own_);
  ReadAddresses();
  if (!policy_.automatic) {
    RenumberWildcards(before);
    return own_ != before;
  }
  const bool removed = RemoveGone();
  return AddMissing() || removed;
}

bool UdpBindings::RemoveGone() {
  return std::erase_if(bindings_, [&](const UdpBinding& b) {
           const Endpoint& local = b.socket->local();
           return !Contains(own_, local.ip) || std::find(ports_.begin(), ports_.end(), local.port) == ports_.end();
         }) != 0;
}

bool UdpBindings::AddMissing() {
  bool added = false;
  for (const InterfaceAddress& address : own_) {
    for (const uint16_t port : ports_) {
      const Endpoint wanted{address.ip, port};
      const auto there = [&](const UdpBinding& b) { return b.socket->local() == wanted; };
      if (port == 0 || std::any_of(bindings_.begin(), bindings_.end(), there)) continue;
      added |= Add(wanted, address.index);  // a port that another program has is tried again at the next change
    }
  }
  return added;
}

// A wildcard socket outlives the addresses it was used with, but paths over it do not: under a new number they are new.
void UdpBindings::RenumberWildcards(std::span<const InterfaceAddress> before) {
  for (UdpBinding& b : bindings_) {
    const Endpoint& local = b.socket->local();
    if (!IsWildcard(local)) continue;
    const auto gone = [&](const InterfaceAddress& a) {
      return a.ip.family == local.ip.family && !Contains(own_, a.ip);
    };
    if (std::none_of(before.begin(), before.end(), gone)) continue;
    b.number = {next_number_++};
    poller_.WatchWritable(b.number.value, b.socket->descriptor(), b.blocked);
  }
}

bool UdpBindings::RedrawSecondary() {
  if (!CanRedraw()) return false;
  ports_[kSecondary] = 0;
  RemoveGone();
  std::string what;
  OpenPort(kSecondary, 0, what);  // without a free port the node goes on with the others
  return true;
}

UdpBinding* UdpBindings::Find(int32_t number) {
  const auto it = std::find_if(bindings_.begin(), bindings_.end(),
                               [&](const UdpBinding& b) { return b.number.value == number; });
  return it == bindings_.end() ? nullptr : &*it;
}

std::vector<Endpoint> UdpBindings::Bound() const {
  std::vector<Endpoint> out;
  for (const UdpBinding& binding : bindings_) out.push_back(binding.socket->local());
  return out;
}

}  // namespace zt::host
