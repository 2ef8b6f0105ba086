// rtnetlink(7): dumps of links and addresses, and multicast groups that announce changes.
#include "host/interface_monitor.h"

#include <cerrno>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <map>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

namespace zt::host {

namespace {

// The kernel sends dumps in messages of at most this size (netlink(7)).
constexpr size_t kMessageBytes = 32 * 1024;
// A dump answers at once; a kernel that does not is not waited for.
constexpr int kDumpTimeoutSeconds = 2;
// From <linux/if.h>, which contradicts <net/if.h>: the carrier is there.
constexpr unsigned kIffRunning = 0x40;
// An address in these states cannot be bound (IFA_F_TENTATIVE, IFA_F_DADFAILED); when it can, that is news.
constexpr uint32_t kUnbindable = IFA_F_TENTATIVE | IFA_F_DADFAILED;

struct Link {
  std::string name;
  unsigned flags = 0;
};

int OpenNetlink(uint32_t groups, int type_flags) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | type_flags, NETLINK_ROUTE);
  if (fd < 0) return -1;
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = groups;
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  const int error = errno;
  close(fd);
  errno = error;
  return -1;
}

// The attributes after a message's fixed part of type `Header`.
template <typename Header, typename Visit>
void ForEachAttribute(const nlmsghdr* message, Visit visit) {
  const auto* at = reinterpret_cast<const char*>(NLMSG_DATA(message)) + NLMSG_ALIGN(sizeof(Header));
  auto* attribute = reinterpret_cast<const rtattr*>(at);
  int left = static_cast<int>(message->nlmsg_len) - static_cast<int>(NLMSG_LENGTH(NLMSG_ALIGN(sizeof(Header))));
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    visit(attribute->rta_type, RTA_DATA(attribute), static_cast<size_t>(RTA_PAYLOAD(attribute)));
  }
}

// Calls `visit` for every message of a dump. False: it failed.
template <typename Visit>
bool Dump(int fd, uint16_t type, Visit visit) {
  struct {
    nlmsghdr header;
    rtgenmsg body;
  } request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof(rtgenmsg));
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.rtgen_family = AF_UNSPEC;
  if (send(fd, &request, request.header.nlmsg_len, 0) < 0) return false;
  alignas(nlmsghdr) char buffer[kMessageBytes];
  for (;;) {
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    auto left = static_cast<unsigned>(got);
    for (auto* m = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) {
      if (m->nlmsg_type == NLMSG_DONE) return true;
      if (m->nlmsg_type == NLMSG_ERROR) {
        errno = EIO;
        return false;
      }
      visit(m);
    }
  }
}

void AddLink(const nlmsghdr* message, std::map<int, Link>& links) {
  const auto* info = static_cast<const ifinfomsg*>(NLMSG_DATA(message));
  Link& link = links[info->ifi_index];
  link.flags = info->ifi_flags;
  ForEachAttribute<ifinfomsg>(message, [&](uint16_t type, const void* data, size_t size) {
    if (type != IFLA_IFNAME) return;
    const auto* name = static_cast<const char*>(data);
    link.name.assign(name, strnlen(name, size));
  });
}

// IFA_LOCAL is ours where a link has two ends; IFA_ADDRESS is then the other's.
void AddAddress(const nlmsghdr* message, const std::map<int, Link>& links, std::vector<InterfaceAddress>& out) {
  const auto* info = static_cast<const ifaddrmsg*>(NLMSG_DATA(message));
  const auto link = links.find(static_cast<int>(info->ifa_index));
  if (link == links.end() || (link->second.flags & (IFF_UP | kIffRunning)) != (IFF_UP | kIffRunning)) return;
  const size_t size = info->ifa_family == AF_INET ? 4 : info->ifa_family == AF_INET6 ? 16 : 0;
  if (size == 0) return;
  const uint8_t* address = nullptr;
  const uint8_t* local = nullptr;
  uint32_t flags = info->ifa_flags;
  ForEachAttribute<ifaddrmsg>(message, [&](uint16_t type, const void* data, size_t length) {
    if (type == IFA_ADDRESS && length == size) address = static_cast<const uint8_t*>(data);
    if (type == IFA_LOCAL && length == size) local = static_cast<const uint8_t*>(data);
    if (type == IFA_FLAGS && length == sizeof flags) std::memcpy(&flags, data, sizeof flags);
  });
  const uint8_t* ours = local != nullptr ? local : address;
  if (ours == nullptr || (flags & kUnbindable) != 0) return;
  const IpAddress ip = size == 4 ? IpAddress::FromV4Bytes(ours) : IpAddress::FromV6Bytes(ours);
  const bool temporary = size == 16 && (flags & IFA_F_TEMPORARY) != 0;
  out.push_back({link->second.name, link->first, ip, temporary});
}

class NetlinkMonitor final : public InterfaceMonitor {
 public:
  explicit NetlinkMonitor(int fd) : fd_(fd) {}
  ~NetlinkMonitor() override { close(fd_); }

  int descriptor() const override { return fd_; }
  News Drain() override;

 private:
  static void Read(const nlmsghdr* message, News& news);

  int fd_;
};

void NetlinkMonitor::Read(const nlmsghdr* message, News& news) {
  switch (message->nlmsg_type) {
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
      const auto* route = static_cast<const rtmsg*>(NLMSG_DATA(message));
      news.default_route |= route->rtm_dst_len == 0 && route->rtm_table == RT_TABLE_MAIN;
      return;
    }
    case RTM_NEWLINK:
    case RTM_DELLINK:
    case RTM_NEWADDR:
    case RTM_DELADDR:
      news.addresses = true;
      return;
    default:
      return;
  }
}

InterfaceMonitor::News NetlinkMonitor::Drain() {
  News news;
  alignas(nlmsghdr) char buffer[kMessageBytes];
  for (;;) {
    const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ENOBUFS) {  // more news than the kernel keeps: anything may have changed
      news = {true, true};
      continue;
    }
    if (got <= 0) return news;
    auto left = static_cast<unsigned>(got);
    for (auto* m = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(m, left); m = NLMSG_NEXT(m, left)) Read(m, news);
  }
}

}  // namespace

bool ListInterfaceAddresses(std::vector<InterfaceAddress>& out) {
  out.clear();
  const int fd = OpenNetlink(0, 0);
  if (fd < 0) return false;
  const timeval timeout{kDumpTimeoutSeconds, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  std::map<int, Link> links;
  const bool done = Dump(fd, RTM_GETLINK, [&](const nlmsghdr* m) {
                      if (m->nlmsg_type == RTM_NEWLINK) AddLink(m, links);
                    }) &&
                    Dump(fd, RTM_GETADDR, [&](const nlmsghdr* m) {
                      if (m->nlmsg_type == RTM_NEWADDR) AddAddress(m, links, out);
                    });
  close(fd);
  return done;
}

std::unique_ptr<InterfaceMonitor> InterfaceMonitor::Create() {
  constexpr uint32_t kGroups =
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  const int fd = OpenNetlink(kGroups, SOCK_NONBLOCK);
  return fd < 0 ? nullptr : std::make_unique<NetlinkMonitor>(fd);
}

}  // namespace zt::host
