#include <memory>

#include "crypto/address_work.h"
#include "crypto/aes_gmac_siv.h"
#include "crypto/drbg.h"
#include "crypto/kdf.h"
#include "crypto/poly1305.h"
#include "crypto/provider.h"
#include "crypto/salsa20.h"
#include "testing/probe/probe.h"
#include "vl1/identity_generator.h"
#include "vl1/packet_seal.h"
#include "wire/secret_identity.h"
#include "zt/inet.h"

namespace zt::probe {
namespace {

std::string_view Text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
void AppendText(Bytes& out, std::string_view text) {
  Append(out, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

// --- primitives

// key 32, nonce 8, rounds u8, first block u64, piece: data ⊕ stream
bool Salsa(ByteReader& in, Bytes& out) {
  const auto key = in.Array<32>();
  const auto nonce = in.Array<8>();
  const uint8_t rounds = in.U8();
  const uint64_t first_block = in.U64();
  const ByteSpan data = Piece(in);
  if (!in.AtEnd() || (rounds != 12 && rounds != 20)) return false;
  Bytes work(data.begin(), data.end());
  const crypto::Salsa20 cipher(static_cast<crypto::SalsaRounds>(rounds), key.data(), nonce.data());
  cipher.Xor(first_block, work);
  Append(out, work);
  return true;
}

bool Poly(ByteReader& in, Bytes& out) {
  const auto key = in.Array<32>();
  const ByteSpan message = Piece(in);
  if (!in.AtEnd()) return false;
  const ByteArray<16> tag = crypto::Poly1305(key.data(), message);
  for (const crypto::Poly1305Implementation& each : crypto::Poly1305Implementations()) {
    if (each.run(key.data(), message) != tag) return false;
  }
  Append(out, tag);
  return true;
}

bool Sha512(ByteReader& in, Bytes& out) {
  Append(out, crypto::Sha512(in.Rest()));
  return true;
}

bool Sha384(ByteReader& in, Bytes& out) {
  const ByteSpan message = in.Rest();
  // In two parts, so that joining is covered too.
  const size_t half = message.size() / 2;
  Append(out, crypto::Sha384({message.first(half), message.subspan(half)}));
  return true;
}

bool Hmac(ByteReader& in, Bytes& out) {
  const ByteSpan key = Piece(in);
  const ByteSpan message = Piece(in);
  if (!in.AtEnd()) return false;
  Append(out, crypto::HmacSha384(key, message));
  return true;
}

// key 48, label u8, context u8, iteration u32
bool Kdf(ByteReader& in, Bytes& out) {
  const auto key = in.Array<48>();
  const uint8_t label = in.U8();
  const uint8_t context = in.U8();
  const uint32_t iteration = in.U32();
  if (!in.AtEnd()) return false;
  Append(out, crypto::Kbkdf(key, label, context, iteration));
  return true;
}

bool X25519(ByteReader& in, Bytes& out) {
  const auto scalar = in.Array<32>();
  const auto point = in.Array<32>();
  crypto::Key32 shared;
  if (!in.AtEnd() || !crypto::X25519(shared, scalar, point)) return false;
  Append(out, shared);
  return true;
}

bool X25519Base(ByteReader& in, Bytes& out) {
  const auto scalar = in.Array<32>();
  if (!in.AtEnd()) return false;
  Append(out, crypto::X25519Base(scalar));
  return true;
}

bool Ed25519Public(ByteReader& in, Bytes& out) {
  const auto seed = in.Array<32>();
  if (!in.AtEnd()) return false;
  Append(out, crypto::Ed25519PublicFromSeed(seed));
  return true;
}

// seed 32, public 32, piece message
bool Ed25519Sign(ByteReader& in, Bytes& out) {
  const auto seed = in.Array<32>();
  const auto public_key = in.Array<32>();
  const ByteSpan message = Piece(in);
  if (!in.AtEnd()) return false;
  Append(out, crypto::Ed25519Sign(seed, public_key, message));
  return true;
}

// public 32, signature 64, piece message
bool Ed25519Verify(ByteReader& in, Bytes&) {
  const auto public_key = in.Array<32>();
  const auto signature = in.Array<64>();
  const ByteSpan message = Piece(in);
  return in.AtEnd() && crypto::Ed25519Verify(public_key, message, signature);
}

bool Drbg(ByteReader& in, Bytes& out) {
  const ByteSpan seed = Piece(in);
  const uint32_t size = in.U32();
  if (!in.AtEnd() || seed.size() < crypto::Drbg::kMinSeed || seed.size() > crypto::Drbg::kMaxSeed ||
      size > 65536) {
    return false;
  }
  crypto::Drbg random(seed);
  out.resize(size);
  random.Fill(out);
  return true;
}

// --- AES-GMAC-SIV: by the fastest implementation, and with "_portable" by the one for every machine

// Whether the instructions are there.
bool AesAvailable(ByteReader&, Bytes& out) {
  out.push_back(crypto::AesInHardware() ? 1 : 0);
  return true;
}

using AesFactory = std::unique_ptr<crypto::AesGmacSiv> (*)(const uint8_t* k0, const uint8_t* k1);

// k0 32, k1 32, iv 8, aad 11, piece plaintext: tag 16, ciphertext
template <AesFactory kCreate>
bool AesSeal(ByteReader& in, Bytes& out) {
  const auto k0 = in.Array<32>();
  const auto k1 = in.Array<32>();
  const auto iv = in.Array<8>();
  const auto aad = in.Array<11>();
  const ByteSpan data = Piece(in);
  if (!in.AtEnd()) return false;
  const auto aes = kCreate(k0.data(), k1.data());
  Bytes work(data.begin(), data.end());
  Append(out, aes->Seal(iv.data(), aad.data(), work));
  Append(out, work);
  return true;
}

// k0 32, k1 32, tag 16, aad 11, piece ciphertext: plaintext
template <AesFactory kCreate>
bool AesOpen(ByteReader& in, Bytes& out) {
  const auto k0 = in.Array<32>();
  const auto k1 = in.Array<32>();
  const auto tag = in.Array<16>();
  const auto aad = in.Array<11>();
  const ByteSpan data = Piece(in);
  if (!in.AtEnd()) return false;
  const auto aes = kCreate(k0.data(), k1.data());
  Bytes work(data.begin(), data.end());
  if (!aes->Open(tag, aad.data(), work)) return false;
  Append(out, work);
  return true;
}

// key 32, iv 12, piece data: tag 16
template <AesFactory kCreate>
bool Gmac(ByteReader& in, Bytes& out) {
  const auto key = in.Array<32>();
  const auto iv = in.Array<12>();
  const ByteSpan data = Piece(in);
  if (!in.AtEnd()) return false;
  const auto aes = kCreate(key.data(), key.data());
  Append(out, aes->Gmac(iv.data(), data));
  return true;
}

// --- identities

// public key 64, blocks per step u32: digest 64
bool WorkDigest(ByteReader& in, Bytes& out) {
  const auto public_key = in.Array<64>();
  const uint32_t slice = in.U32();
  if (!in.AtEnd() || slice == 0) return false;
  crypto::AddressWork work;
  work.Start(public_key);
  while (!work.Step(slice)) {
  }
  Append(out, work.digest());
  return true;
}

// public key 64, blocks u32: digest 64, then the whole memory, after that many blocks
bool WorkTrace(ByteReader& in, Bytes& out) {
  const auto public_key = in.Array<64>();
  const uint32_t blocks = in.U32();
  if (!in.AtEnd()) return false;
  crypto::AddressWork work;
  work.Start(public_key);
  work.Step(blocks);
  Append(out, work.digest());
  Append(out, work.memory());
  return true;
}

// Text in, text out.
bool IdentityText(ByteReader& in, Bytes& out) {
  const std::optional<Identity> identity = Identity::ParseText(Text(in.Rest()));
  if (!identity) return false;
  AppendText(out, identity->ToText());
  return true;
}

bool SecretText(ByteReader& in, Bytes& out) {
  const std::optional<SecretIdentity> identity = SecretIdentity::ParseText(Text(in.Rest()));
  if (!identity) return false;
  AppendText(out, identity->ToSecretText());
  return true;
}

bool IdentityToBinary(ByteReader& in, Bytes& out) {
  const std::optional<Identity> identity = Identity::ParseText(Text(in.Rest()));
  if (!identity) return false;
  uint8_t bytes[Identity::kBinarySize];
  ByteWriter writer{MutableBytes(bytes)};
  identity->SerializeTo(writer);
  if (!writer.ok()) return false;
  Append(out, writer.written());
  return true;
}

bool IdentityFromBinary(ByteReader& in, Bytes& out) {
  const std::optional<Identity> identity = Identity::Parse(in);
  if (!identity || !in.AtEnd()) return false;
  AppendText(out, identity->ToText());
  return true;
}

bool IdentityValidate(ByteReader& in, Bytes&) {
  const std::optional<Identity> identity = Identity::ParseText(Text(in.Rest()));
  return identity && identity->Validate();
}

bool IdentityHash(ByteReader& in, Bytes& out) {
  const std::optional<Identity> identity = Identity::ParseText(Text(in.Rest()));
  if (!identity) return false;
  Append(out, identity->Hash());
  return true;
}

// seed piece: the secret text of the identity that seed generates
bool IdentityGenerate(ByteReader& in, Bytes& out) {
  const ByteSpan seed = Piece(in);
  if (!in.AtEnd() || seed.size() != 32) return false;
  crypto::Drbg random(seed);
  vl1::IdentityGenerator generator(random);
  std::optional<SecretIdentity> found;
  while (!found) found = generator.Step();
  AppendText(out, found->ToSecretText());
  return true;
}

// piece secret text, piece public text: 48 bytes
bool Agree(ByteReader& in, Bytes& out) {
  const std::optional<SecretIdentity> us = SecretIdentity::ParseText(Text(Piece(in)));
  const std::optional<Identity> peer = Identity::ParseText(Text(Piece(in)));
  if (!in.AtEnd() || !us || !peer) return false;
  const std::optional<AgreedKey> key = us->Agree(*peer);
  if (!key) return false;
  Append(out, *key);
  return true;
}

// piece secret text, piece message: 96 bytes
bool Sign(ByteReader& in, Bytes& out) {
  const std::optional<SecretIdentity> us = SecretIdentity::ParseText(Text(Piece(in)));
  const ByteSpan message = Piece(in);
  if (!in.AtEnd() || !us) return false;
  Append(out, us->Sign(message));
  return true;
}

// piece public text, piece message, piece signature
bool Verify(ByteReader& in, Bytes&) {
  const std::optional<Identity> signer = Identity::ParseText(Text(Piece(in)));
  const ByteSpan message = Piece(in);
  const ByteSpan signature = Piece(in);
  return in.AtEnd() && signer && signer->Verify(message, signature);
}

// --- armor

// key 48, suite u8, piece packet: the sealed packet
bool Seal(ByteReader& in, Bytes& out) {
  const auto key = in.Array<48>();
  const uint8_t suite = in.U8();
  const ByteSpan packet = Piece(in);
  if (!in.AtEnd() || packet.size() < 28 || (suite != 0 && suite != 1 && suite != 3)) return false;
  Append(out, packet);
  vl1::PeerKeys(key).Seal(static_cast<vl1::CipherSuite>(suite), out);
  return true;
}

// key 48, piece packet: the opened packet
bool Open(ByteReader& in, Bytes& out) {
  const auto key = in.Array<48>();
  const ByteSpan packet = Piece(in);
  if (!in.AtEnd()) return false;
  Bytes work(packet.begin(), packet.end());
  if (!vl1::PeerKeys(key).Open(work)) return false;
  Append(out, work);
  return true;
}

// key 48, tail offset u32, piece packet: the packet with its tail encrypted or decrypted
bool HelloTail(ByteReader& in, Bytes& out) {
  const auto key = in.Array<48>();
  const uint32_t offset = in.U32();
  const ByteSpan packet = Piece(in);
  if (!in.AtEnd() || packet.size() < 28 || offset > packet.size()) return false;
  Append(out, packet);
  vl1::PeerKeys(key).CryptHelloTail(out, offset);
  return true;
}

// --- addresses

// Text: canonical text, a zero byte, the scope.
bool IpScopeOf(ByteReader& in, Bytes& out) {
  const std::optional<IpAddress> ip = IpAddress::Parse(Text(in.Rest()));
  if (!ip) return false;
  AppendText(out, ip->ToString());
  out.push_back(0);
  out.push_back(static_cast<uint8_t>(ip->Scope()));
  return true;
}

bool EndpointText(ByteReader& in, Bytes& out) {
  const std::optional<Endpoint> endpoint = Endpoint::Parse(Text(in.Rest()));
  if (!endpoint) return false;
  AppendText(out, endpoint->ToString());
  return true;
}

constexpr Entry kEntries[] = {
    {"crypto.salsa20", Salsa},
    {"crypto.poly1305", Poly},
    {"crypto.sha512", Sha512},
    {"crypto.sha384", Sha384},
    {"crypto.hmac_sha384", Hmac},
    {"crypto.kbkdf", Kdf},
    {"crypto.x25519", X25519},
    {"crypto.x25519_base", X25519Base},
    {"crypto.ed25519_public", Ed25519Public},
    {"crypto.ed25519_sign", Ed25519Sign},
    {"crypto.ed25519_verify", Ed25519Verify},
    {"crypto.drbg", Drbg},
    {"crypto.aes_available", AesAvailable},
    {"crypto.aes_seal", AesSeal<crypto::AesGmacSiv::Create>},
    {"crypto.aes_open", AesOpen<crypto::AesGmacSiv::Create>},
    {"crypto.gmac", Gmac<crypto::AesGmacSiv::Create>},
    {"crypto.aes_seal_portable", AesSeal<crypto::AesGmacSiv::CreatePortable>},
    {"crypto.aes_open_portable", AesOpen<crypto::AesGmacSiv::CreatePortable>},
    {"crypto.gmac_portable", Gmac<crypto::AesGmacSiv::CreatePortable>},
    {"identity.work", WorkDigest},
    {"identity.work_trace", WorkTrace},
    {"identity.text", IdentityText},
    {"identity.secret_text", SecretText},
    {"identity.to_binary", IdentityToBinary},
    {"identity.from_binary", IdentityFromBinary},
    {"identity.validate", IdentityValidate},
    {"identity.hash", IdentityHash},
    {"identity.generate", IdentityGenerate},
    {"identity.agree", Agree},
    {"identity.sign", Sign},
    {"identity.verify", Verify},
    {"packet.seal", Seal},
    {"packet.open", Open},
    {"packet.hello_tail", HelloTail},
    {"inet.scope", IpScopeOf},
    {"inet.endpoint", EndpointText},
};

}  // namespace

std::span<const Entry> CryptoEntries() { return kEntries; }

}  // namespace zt::probe
