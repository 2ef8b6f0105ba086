// Identities of tests and fuzz targets, private keys and all.
#pragma once

namespace zt::vl2::testing {

// Public test identities (vectors/README.md).
inline constexpr const char* kControllerSecret =
    "fc7120dae1:0:64b7b00deee6eb057cba14c58e484b72da11d465af48ff6e9a93288723840768d3ed9fb21c4f2adf845297e"
    "73f1a163e697956c4f4b66bd43fd01580d69a08de:fb0b2f4d09ca38d2cf6642592f9fa7888ffc50ee0af651c7ae0d0a3361"
    "04cc56eeaf56d1c0e5ffb6da32c2bfa3b6e7ca957ceadfc1af2b80b2a44da34c47fecc";
inline constexpr const char* kAliceSecret =
    "3610b6a610:0:456b4c45b309fc62d15a1f559086d7d8c7375fe4073a00b5aa1ac0479eb04e2643c91eb0633213e2ef32c72"
    "4194f4a562aa2d5aabdb5ca14e5442c7bcc64429c:82a090433df238eaed83a0c0ffa02e105197bb64c0ba7f511213c7f2ab"
    "e464c333077472fdc8921ff362e67b8f7d90a5a438e5d88fddf9d8e79e5b70f814685b";
inline constexpr const char* kBobSecret =
    "1d0d79b24b:0:f24ca914e2345188341f71099fe14405c040850790e405d305cd07ca106af370802f79f11dad53156f0422d"
    "747ea628ee3501bda3fc1c579865a35d30ce1d6c8:f1921a09142225b0406a4638fbefec3371221f539f065cbc740db908fa"
    "f9ca1a857619f4e6be770beb506ee454a98203baec9b2db5d9df30a64b5848e32912a8";
inline constexpr const char* kCarolSecret =
    "db5e67fe7f:0:f5017faf32e69b9a9c6f1e59eadaa48dbb80781e6462f825c5e207e645e13324bcfe88b489d98bb6c5013a8"
    "6447be6055518be54eaa8023034d057423da37e74:ee4fc723584fc957ab20df09e664e177c9fff91c85582a80c553ca1c53"
    "7c5db1cdb1f6d11dfa39c7282dd1bb7c6f81e3cc34175b2147764b5d83a8ca296921d9";

}  // namespace zt::vl2::testing
