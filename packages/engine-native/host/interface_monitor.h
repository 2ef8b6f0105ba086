// The machine's own addresses, and the news that they changed. The seam to rtnetlink (routing sockets, IP Helper); one
// implementation is linked.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "zt/inet.h"

namespace zt::host {

// An address of an interface that is up and has a carrier.
struct InterfaceAddress {
  std::string interface;
  int index = 0;           // the system's number of the interface
  IpAddress ip;
  bool temporary = false;  // an IPv6 privacy address (RFC 8981): it changes by itself

  bool operator==(const InterfaceAddress&) const = default;
};

// All addresses that can be bound now, in the system's order. False: the system does not say (errno).
bool ListInterfaceAddresses(std::vector<InterfaceAddress>& out);

class InterfaceMonitor {
 public:
  // What the news since the last Drain were about.
  struct News {
    bool addresses = false;      // a link or an address
    bool default_route = false;  // where everything else goes: with DHCP it comes after the address
  };

  // Null: this machine brings no news; errno says why.
  static std::unique_ptr<InterfaceMonitor> Create();
  virtual ~InterfaceMonitor() = default;

  // Readable when there is news.
  virtual int descriptor() const = 0;
  virtual News Drain() = 0;
};

}  // namespace zt::host
