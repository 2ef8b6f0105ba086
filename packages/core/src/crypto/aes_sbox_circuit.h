// SubBytes of FIPS 197 §5.1.1 as logic gates over slices: the circuit of J. Boyar and R. Peralta,
// "A New Combinational Logic Minimization Technique with Applications to Cryptology" (SEA 2010),
// with the paper's names: an input layer of exclusive ors (y), the inversion in GF(2^4) inside the
// tower field (t), products (z) and an output layer. Its complemented outputs, the constant 0x63,
// are left to the round keys.
#pragma once

#include <cstdint>

#define ZT_CIRCUIT_INLINE inline __attribute__((always_inline))

namespace zt::crypto::aes_circuit {

typedef uint64_t Slice __attribute__((vector_size(16)));

struct InputLayer {
  Slice y[22];
};

// x0 is the highest bit of the byte.
ZT_CIRCUIT_INLINE InputLayer MakeInput(Slice x0, Slice x1, Slice x2, Slice x3, Slice x4, Slice x5,
                                       Slice x6, Slice x7) {
  InputLayer out;
  Slice(&y)[22] = out.y;
  y[0] = x7;
  y[14] = x3 ^ x5;
  y[13] = x0 ^ x6;
  y[9] = x0 ^ x3;
  y[8] = x0 ^ x5;
  const Slice t0 = x1 ^ x2;
  y[1] = t0 ^ x7;
  y[4] = y[1] ^ x3;
  y[12] = y[13] ^ y[14];
  y[2] = y[1] ^ x0;
  y[5] = y[1] ^ x6;
  y[3] = y[5] ^ y[8];
  const Slice t1 = x4 ^ y[12];
  y[15] = t1 ^ x5;
  y[20] = t1 ^ x1;
  y[6] = y[15] ^ x7;
  y[10] = y[15] ^ t0;
  y[11] = y[20] ^ y[9];
  y[7] = x7 ^ y[11];
  y[17] = y[10] ^ y[11];
  y[19] = y[10] ^ y[8];
  y[16] = t0 ^ y[11];
  y[21] = y[13] ^ y[16];
  y[18] = x0 ^ y[16];
  return out;
}

// The inverse in GF(2^4) of the norm, and sums of its bits.
struct Inverse {
  Slice t29, t33, t37, t40, t41, t42, t43, t44, t45;
};

ZT_CIRCUIT_INLINE Inverse Invert(const Slice (&y)[22]) {
  const Slice t2 = y[12] & y[15];
  const Slice t4 = (y[3] & y[6]) ^ t2;
  const Slice t6 = (y[4] & y[0]) ^ t2;
  const Slice t7 = y[13] & y[16];
  const Slice t9 = (y[5] & y[1]) ^ t7;
  const Slice t11 = (y[2] & y[7]) ^ t7;
  const Slice t12 = y[9] & y[11];
  const Slice t14 = (y[14] & y[17]) ^ t12;
  const Slice t16 = (y[8] & y[10]) ^ t12;
  const Slice t21 = t4 ^ t14 ^ y[20];
  const Slice t22 = t6 ^ t16 ^ y[19];
  const Slice t23 = t9 ^ t14 ^ y[21];
  const Slice t24 = t11 ^ t16 ^ y[18];
  const Slice t25 = t21 ^ t22;
  const Slice t26 = t21 & t23;
  const Slice t27 = t24 ^ t26;
  const Slice t29 = (t25 & t27) ^ t22;
  const Slice t30 = t23 ^ t24;
  const Slice t31 = t22 ^ t26;
  const Slice t33 = (t31 & t30) ^ t24;
  const Slice t36 = t24 & (t27 ^ t33);
  const Slice t37 = t36 ^ t23 ^ t33;
  const Slice t40 = t25 ^ (t29 & (t27 ^ t36));
  const Slice t41 = t40 ^ t37;
  const Slice t42 = t29 ^ t33;
  return {t29, t33, t37, t40, t41, t42, t29 ^ t40, t33 ^ t37, t42 ^ t41};
}

struct Products {
  Slice z[18];
};

ZT_CIRCUIT_INLINE Products Multiply(const Inverse& i, const Slice (&y)[22]) {
  return {{i.t44 & y[15], i.t37 & y[6], i.t33 & y[0], i.t43 & y[16], i.t40 & y[1], i.t29 & y[7],
           i.t42 & y[11], i.t45 & y[17], i.t41 & y[10], i.t44 & y[12], i.t37 & y[3], i.t33 & y[4],
           i.t43 & y[13], i.t40 & y[5], i.t29 & y[2], i.t42 & y[9], i.t45 & y[14], i.t41 & y[8]}};
}

// S-box without its constant: bits[0] is the lowest bit.
ZT_CIRCUIT_INLINE void SubBytes(Slice (&bits)[8]) {
  const InputLayer input =
      MakeInput(bits[7], bits[6], bits[5], bits[4], bits[3], bits[2], bits[1], bits[0]);
  const Products products = Multiply(Invert(input.y), input.y);
  const Slice(&z)[18] = products.z;
  const Slice t46 = z[15] ^ z[16];
  const Slice t48 = z[5] ^ z[13];
  const Slice t53 = z[0] ^ z[3];
  const Slice t57 = z[2] ^ z[12] ^ t53;
  const Slice t58 = z[4] ^ t46;
  const Slice t59 = z[3] ^ z[6] ^ z[7];
  const Slice t62 = z[7] ^ z[8] ^ t58;
  const Slice t63 = z[9] ^ z[10] ^ t58;
  const Slice t64 = z[4] ^ t59;
  const Slice t65 = z[14] ^ t57 ^ t62;
  const Slice t66 = z[1] ^ t63;
  const Slice s3 = t53 ^ t66;
  bits[7] = t59 ^ t63;
  bits[6] = t64 ^ s3;
  bits[5] = z[16] ^ z[17] ^ t64 ^ t65;
  bits[4] = s3;
  bits[3] = z[2] ^ z[5] ^ t66;
  bits[2] = z[10] ^ z[11] ^ t65;
  bits[1] = z[12] ^ t48 ^ t62;
  bits[0] = t48 ^ t46 ^ t57;
}

// The inverse of the affine transformation's matrix (FIPS 197 §5.3.2).
ZT_CIRCUIT_INLINE void InverseAffine(Slice (&bits)[8]) {
  Slice out[8];
  for (int b = 0; b < 8; ++b) out[b] = bits[(b + 2) % 8] ^ bits[(b + 5) % 8] ^ bits[(b + 7) % 8];
  for (int b = 0; b < 8; ++b) bits[b] = out[b];
}

// The inverse S-box of bytes to which 0x63 has been added. With the S-box L ∘ inv and inv its own
// inverse, this is inv ∘ L⁻¹ = L⁻¹ ∘ (L ∘ inv) ∘ L⁻¹.
ZT_CIRCUIT_INLINE void InvSubBytes(Slice (&bits)[8]) {
  InverseAffine(bits);
  SubBytes(bits);
  InverseAffine(bits);
}

}  // namespace zt::crypto::aes_circuit
