// Runs every file of the given directories through the fuzz target, so that any compiler with sanitizers can replay
// the committed corpus. `-mutate=N` also runs N changed copies of each file: a poor man's fuzzer where libFuzzer is
// missing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::vector<uint8_t>;

std::string g_saving;  // -save=FILE: the input is written there before it runs, so that a crash leaves it behind

void RunOne(const Input& input) {
  if (!g_saving.empty()) {
    std::ofstream out(g_saving, std::ios::binary);
    out.write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
  }
  // A copy of the exact size on the heap, so that reading one byte too far is seen.
  uint8_t* exact = static_cast<uint8_t*>(std::malloc(input.size() + (input.empty() ? 1 : 0)));
  if (!input.empty()) std::memcpy(exact, input.data(), input.size());
  LLVMFuzzerTestOneInput(exact, input.size());
  std::free(exact);
}

Input Mutate(const Input& seed, const Input& other, std::mt19937_64& random) {
  Input out = seed;
  const int steps = 1 + static_cast<int>(random() % 4);
  for (int i = 0; i < steps; ++i) {
    const size_t at = out.empty() ? 0 : random() % out.size();
    switch (random() % 7) {
      case 0:
        if (!out.empty()) out[at] ^= static_cast<uint8_t>(1u << random() % 8);
        break;
      case 1:
        if (!out.empty()) out[at] = static_cast<uint8_t>(random());
        break;
      case 2:
        if (!out.empty()) out[at] = (random() & 1) != 0 ? 0xff : 0;
        break;
      case 3: out.resize(at); break;
      case 4: out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), static_cast<uint8_t>(random())); break;
      case 5: {
        if (out.empty()) break;
        const size_t n = 1 + random() % std::min<size_t>(out.size() - at, 32);
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(at), out.begin() + static_cast<std::ptrdiff_t>(at + n));
        break;
      }
      default: {
        if (other.empty()) break;
        const size_t from = random() % other.size();
        const size_t n = 1 + random() % std::min<size_t>(other.size() - from, 64);
        out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), other.begin() + static_cast<std::ptrdiff_t>(from),
                   other.begin() + static_cast<std::ptrdiff_t>(from + n));
      }
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  long mutations = 0;
  std::vector<Input> corpus;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind("-mutate=", 0) == 0) {
      mutations = std::strtol(argument.c_str() + 8, nullptr, 10);
      continue;
    }
    if (argument.rfind("-save=", 0) == 0) {
      g_saving = argument.substr(6);
      continue;
    }
    std::vector<std::filesystem::path> files;
    if (std::filesystem::is_directory(argument)) {
      for (const auto& entry : std::filesystem::directory_iterator(argument)) files.push_back(entry.path());
    } else if (std::filesystem::exists(argument)) {
      files.push_back(argument);
    }
    for (const auto& file : files) {
      std::ifstream in(file, std::ios::binary);
      corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "no corpus: nothing was tested\n");
    return 1;
  }
  RunOne({});
  for (const Input& input : corpus) RunOne(input);
  std::mt19937_64 random(1);  // the same copies every time
  for (const Input& input : corpus) {
    for (long i = 0; i < mutations; ++i) RunOne(Mutate(input, corpus[random() % corpus.size()], random));
  }
  std::printf("%zu inputs, %ld changed copies each\n", corpus.size(), mutations);
  return 0;
}
