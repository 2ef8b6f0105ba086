// Real nodes behind every pair of the kinds of NAT, and variants of them: who gets a direct path, and how soon.
#pragma once

#include <string>
#include <vector>

#include "sim/nat_reference.h"

namespace zt::sim {

// A way to the internet, as a row and a column of the matrix.
struct MatrixAccess {
  std::string code, text;
  Access access;
};
const std::vector<MatrixAccess>& MatrixAccesses();
// What else a box may do, and the rows of the matrix it is tried against.
const std::vector<MatrixAccess>& MatrixVariants();
const std::vector<MatrixAccess>& MatrixCounterparts();

// Boxes with any of several outside addresses for mappings that depend on the remote: whether the other side's filter
// admits them is chance, but an answer there must be, over the root if not directly.
const std::vector<MatrixAccess>& MatrixByChance();

// Two hosts behind one box.
struct MatrixNeighbours {
  std::string text;
  NatBehaviour common;
  Access a, b;
};
const std::vector<MatrixNeighbours>& MatrixNeighbourhoods();

struct MatrixOutcome {
  Contact contact = Contact::kNone;
  bool agreed = true;        // both hosts say the same, and at the end the same as before
  Millis until_direct = -1;  // from the first packet between the two to direct paths on both sides
  uint64_t datagrams = 0;    // that both hosts sent since then
};

// One run in virtual time. The seed draws delays, the order of starts and losses of 1 %; even ones have hosts with
// three sockets.
MatrixOutcome RunApart(const Access& a, const Access& b, uint64_t seed);
MatrixOutcome RunBehind(const MatrixNeighbours& neighbours, uint64_t seed);

}  // namespace zt::sim
