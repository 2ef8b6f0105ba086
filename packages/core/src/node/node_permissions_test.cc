// What the machine lets a network have of what its controller manages (controller.md §11.3).
#include "node/network_permissions.h"
#include "testing/node_lab.h"

namespace zt::testing {

namespace {

using node::NetworkPermissions;

bool Takes(const NetworkPermissions& permissions, std::string_view target) {
  return permissions.Allows(*IpPrefix::Parse(target));
}

NetworkPermissions Only(std::initializer_list<std::string_view> prefixes) {
  NetworkPermissions permissions;
  for (std::string_view prefix : prefixes) permissions.only.push_back(*IpPrefix::Parse(prefix));
  return permissions;
}

Status JoinWith(NodeLab& lab, LabHost& host, const NetworkPermissions& permissions) {
  return lab.Do(host, Command::kJoin, [&](node::HostWriter& w) {
    w.U64(lab.network.value);
    permissions.Write(w);
  });
}

size_t Taken(const LabHost& host) { return host.Count(Event::kAddrAddedIp4) + host.Count(Event::kRouteAdded); }

}  // namespace

TEST_CASE("by default a network may have private addresses, nothing global and no default route") {
  const NetworkPermissions usual;
  for (std::string_view target : {"10.1.2.3/24", "192.168.1.0/24", "fd00::1/88", "6.0.0.1/8"}) {
    CHECK_MESSAGE(Takes(usual, target), target);
  }
  for (std::string_view target : {"8.8.8.8/24", "2600::1/64", "0.0.0.0/0", "::/0", "0.0.0.0/24", "127.0.0.1/8",
                                  "169.254.1.1/16", "fe80::1/64", "224.0.0.1/4", "::1/128"}) {
    CHECK_MESSAGE(!Takes(usual, target), target);
  }
}

TEST_CASE("a prefix that reaches beyond private addresses is no private one, whatever address it names") {
  const NetworkPermissions usual;
  for (std::string_view target : {"10.0.0.0/0", "10.1.2.3/1", "10.1.2.3/5", "172.16.0.0/11", "192.168.0.0/15",
                                  "100.64.0.0/9", "fd00::/0", "fd00::/1", "fd00::/2"}) {
    CHECK_MESSAGE(!Takes(usual, target), target);
  }
  for (std::string_view target : {"10.1.2.3/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::1/7"}) {
    CHECK_MESSAGE(Takes(usual, target), target);
  }
  NetworkPermissions global;
  global.global = true;
  CHECK(Takes(global, "10.0.0.0/1"));
  CHECK_FALSE(Takes(global, "10.0.0.0/0"));
}

TEST_CASE("global scope and default routes each have their permission, loopback and its like have none") {
  NetworkPermissions generous;
  generous.global = true;
  CHECK(Takes(generous, "8.8.8.8/24"));
  CHECK_FALSE(Takes(generous, "0.0.0.0/0"));
  generous.default_route = true;
  CHECK(Takes(generous, "0.0.0.0/0"));
  CHECK(Takes(generous, "::/0"));
  for (std::string_view target : {"127.0.0.1/8", "169.254.1.1/16", "fe80::1/64", "224.0.0.1/4"}) {
    CHECK_MESSAGE(!Takes(generous, target), target);
  }
  generous.managed = false;
  CHECK_FALSE(Takes(generous, "10.1.2.3/24"));
}

TEST_CASE("a list allows what lies within one of its entries") {
  const NetworkPermissions some = Only({"10.1.0.0/16", "fd00::/8"});
  CHECK(Takes(some, "10.1.2.3/24"));
  CHECK(Takes(some, "fd01::1/88"));
  CHECK_FALSE(Takes(some, "10.2.0.1/24"));
  CHECK_FALSE(Takes(some, "10.1.0.0/8"));  // reaches beyond the entry
}

TEST_CASE("a member that may have nothing managed is on the network without address and route") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  NetworkPermissions none;
  none.managed = false;
  CHECK(JoinWith(lab, a, none) == Status::kOk);
  lab.RunUntil([&] { return a.Count(Event::kNetworkOk) > 0; });
  CHECK(Taken(a) == 0);
  CHECK(a.Count(Event::kNetworkReadyIp4) == 0);
}

TEST_CASE("joining again changes what a network may have; without a word it stays") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  CHECK(Taken(a) == 2);
  CHECK(JoinWith(lab, a, Only({"10.8.0.0/16"})) == Status::kOk);
  CHECK(a.Count(Event::kAddrRemovedIp4) == 1);
  CHECK(a.Count(Event::kRouteRemoved) == 1);
  CHECK(lab.Join(a) == Status::kOk);
  lab.Run(10'000);
  CHECK(Taken(a) == 2);
  CHECK(JoinWith(lab, a, {}) == Status::kOk);
  CHECK(Taken(a) == 4);
}

TEST_CASE("a network of the start has its permissions before its stored configuration") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  lab.Member(a);
  ByteReader stored(a.Last(Event::kStoreNetwork)->body);
  Bytes cached, permitted;
  node::HostWriter(cached).U64(stored.U64());
  const ByteSpan dictionary = stored.Take(stored.U32());
  cached.insert(cached.end(), dictionary.begin(), dictionary.end());
  a.cut = true;
  node::HostWriter out(permitted);
  out.U64(lab.network.value);
  NetworkPermissions none;
  none.managed = false;
  none.Write(out);
  OptionsWriter options = lab.Options(2);
  options.Add(CreateOption::kCachedNetwork, cached).Add(CreateOption::kNetworkPermissions, permitted);
  LabHost& again = lab.Add(2, options);
  lab.RunUntil([&] { return again.Count(Event::kNetworkOk) == 1; });
  CHECK(Taken(again) == 0);
}

TEST_CASE("leaving forgets the permissions") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  NetworkPermissions none;
  none.managed = false;
  CHECK(JoinWith(lab, a, none) == Status::kOk);
  CHECK(lab.Do(a, Command::kLeave, [&](node::HostWriter& w) { w.U64(lab.network.value); }) == Status::kOk);
  lab.Member(a);
  CHECK(Taken(a) == 2);
}

TEST_CASE("permissions that are malformed or too many are refused") {
  NodeLab lab;
  LabHost& a = lab.Add(2);
  const auto raw = [&](std::initializer_list<uint8_t> bytes) {
    return lab.Do(a, Command::kJoin, [&](node::HostWriter& w) {
      w.U64(lab.network.value);
      for (uint8_t byte : bytes) w.U8(byte);
    });
  };
  CHECK(raw({1}) == Status::kInvalidArgument);
  CHECK(raw({8, 0, 0}) == Status::kInvalidArgument);  // no such permission
  CHECK(raw({1, 0, 1}) == Status::kInvalidArgument);
  CHECK(raw({1, 0, 0, 0}) == Status::kInvalidArgument);
  NetworkPermissions many;
  many.only.assign(NetworkPermissions::kMaxPrefixes + 1, *IpPrefix::Parse("10.0.0.0/8"));
  CHECK(JoinWith(lab, a, many) == Status::kLimitReached);
  CHECK(lab.Do(a, Command::kNetworkInfo, [&](node::HostWriter& w) { w.U64(lab.network.value); }) ==
        Status::kNotFound);
}

}  // namespace zt::testing
