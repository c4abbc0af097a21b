// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/// Changes JSON so that it stays JSON: hardly anything that is mutated byte by byte comes past the parser.
namespace minipkg::fuzz {

class JsonMutator {
 public:
  explicit JsonMutator(unsigned seed) : random_(seed) {}

  /// In place; the new size. Now and then, and where it is no JSON, bytes are mutated all the same.
  std::size_t mutate(std::uint8_t* data, std::size_t size, std::size_t most) {
    Json document = Json::parse(data, data + size, nullptr, false);
    if (document.is_discarded() || below(16) == 0) return LLVMFuzzerMutate(data, size, most);
    values_.clear();
    collect(document);
    change(*any());
    const std::string text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > most) return LLVMFuzzerMutate(data, size, most);
    std::memcpy(data, text.data(), text.size());
    return text.size();
  }

 private:
  using Json = nlohmann::json;

  std::size_t below(std::size_t end) { return random_() % end; }
  Json* any() { return values_[below(values_.size())]; }

  void collect(Json& value) {
    values_.push_back(&value);
    if (value.is_structured()) {
      for (Json& inner : value) collect(inner);
    }
  }

  void change(Json& value) {
    const Json other = *any();
    switch (below(6)) {
      case 0:
        value = other;
        break;
      case 1:
        erase_one(value);
        break;
      case 2:
        add(value, other);
        break;
      case 3:
        value = number();
        break;
      default:
        if (value.is_string()) {
          value = mutated(value.get<std::string>());
        } else if (value.is_number_integer()) {
          value = static_cast<std::int64_t>(value.get<std::uint64_t>() + below(5) - 2);  // wraps around
        } else {
          add(value, other);
        }
    }
  }

  void erase_one(Json& value) {
    if (!value.is_structured() || value.empty()) return;
    auto at = value.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(value.size())));
    value.erase(at);
  }

  /// Keys are strings of the document, paths and names of packages, or those of another object.
  void add(Json& value, const Json& other) {
    if (value.is_array()) value.insert(value.begin() + static_cast<std::ptrdiff_t>(below(value.size() + 1)), other);
    if (!value.is_object()) return;
    const Json& from = *any();
    std::string key;
    if (from.is_string()) key = from.get<std::string>();
    if (from.is_object() && !from.empty())
      key = std::next(from.begin(), static_cast<std::ptrdiff_t>(below(from.size()))).key();
    if (!key.empty()) value[key] = other;
  }

  Json number() {
    constexpr std::array<std::uint64_t, 10> odd{0, 1, 2, 255, 4095, 4096, 0x7FFFFFFF, 0xFFFFFFFF, 1ULL << 62U, ~0ULL};
    return odd.at(below(odd.size()));
  }

  std::string mutated(std::string text) {
    const std::size_t size = text.size();
    text.resize(size + 32);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
    return text;
  }

  std::minstd_rand random_;
  std::vector<Json*> values_;
};

}  // namespace minipkg::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  return minipkg::fuzz::JsonMutator(seed).mutate(data, size, most);
}
