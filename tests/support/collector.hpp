// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "minipkg/package.hpp"

namespace minipkg::test {

/// Keeps all that a package brings, by path.
class Collector : public PayloadSink {
 public:
  explicit Collector(const Manifest& manifest) : manifest_(manifest) {}
  bool begin(std::size_t entry) override {
    current_ = &manifest_.files[entry];
    content[current_->path] = std::string(current_->size, '\0');
    return true;
  }
  void write(std::uint64_t offset, std::span<const char> bytes) override {
    content[current_->path].replace(offset, bytes.size(), bytes.data(), bytes.size());
  }
  void end() override { ended.push_back(current_->path); }

  std::map<std::string, std::string> content;
  std::vector<std::string> ended;

 private:
  const Manifest& manifest_;
  const FileEntry* current_ = nullptr;
};

/// Wants nothing; the payload is checked all the same.
class Nothing : public PayloadSink {
 public:
  bool begin(std::size_t) override { return false; }
  void write(std::uint64_t, std::span<const char>) override { throw std::logic_error("write() was not asked for"); }
  void end() override { throw std::logic_error("end() was not asked for"); }
};

}  // namespace minipkg::test
