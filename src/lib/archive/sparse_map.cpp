// SPDX-License-Identifier: MIT
#include "lib/archive/sparse_map.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "lib/archive/format.hpp"

namespace minipkg::archive {
namespace {

constexpr std::string_view prefix = "GNU.sparse.";
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 60U;  // sums of two cannot overflow
constexpr const char* no_numbers = "has a sparse map that is no list of numbers";
constexpr const char* mixed = "has records of a sparse map that do not belong together";

[[noreturn]] void refuse(const char* why) { throw std::invalid_argument(why); }

std::uint64_t number(std::string_view text) {
  const std::optional<std::uint64_t> value = decimal(text);
  if (!value || *value > most_bytes) refuse(no_numbers);
  return *value;
}

/// Pieces as they come.
class Pieces {
 public:
  void add(std::uint64_t offset, std::uint64_t bytes) {
    if (offset < end_) refuse("has a sparse map that goes back or beyond the file's end");
    end_ = offset + bytes;
    ++count_;
  }
  void finish(std::uint64_t count, std::uint64_t size) const {
    if (count_ != count) refuse("has a sparse map of another length than announced");
    if (end_ > size) refuse("has a sparse map that goes back or beyond the file's end");
    if (end_ < size) refuse("has a sparse map that ends before the file does");
  }
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t end_ = 0, count_ = 0;
};

/// Takes what stands before `separator`, and that.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t at = std::min(rest.find(separator), rest.size());
  const std::string_view text = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return text;
}

std::optional<std::string_view> find(const PaxRecords& records, std::string_view key) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& one) { return one.first == key; });
  return found == records.end() ? std::nullopt : std::optional(found->second);
}

/// 1.0: the map stands in front of the data, a number a line.
void check_map_in_data(std::uint64_t size, std::span<const char> behind) {
  std::string_view rest(behind.data(), behind.size());
  const auto next = [&] {
    if (rest.find('\n') == std::string_view::npos) throw std::out_of_range(no_numbers);
    return number(take(rest, '\n'));
  };
  const std::uint64_t count = next();
  Pieces pieces;
  while (pieces.count() < count) {
    const std::uint64_t offset = next();
    pieces.add(offset, next());
  }
  pieces.finish(count, size);
}

/// 0.0: each number is a record; 0.1: one record holds all.
void check_map_in_records(const PaxRecords& records, std::uint64_t count, std::uint64_t size) {
  Pieces pieces;
  const std::optional<std::string_view> list = find(records, "GNU.sparse.map");
  for (std::string_view rest = list.value_or(""); !rest.empty();) {
    const std::uint64_t offset = number(take(rest, ','));
    pieces.add(offset, number(take(rest, ',')));
  }
  for (std::size_t at = 0; at < records.size(); ++at) {
    const std::string_view key = records[at].first;
    if (key != "GNU.sparse.offset" && key != "GNU.sparse.numbytes") continue;
    const bool pair =
        key == "GNU.sparse.offset" && at + 1 < records.size() && records[at + 1].first == "GNU.sparse.numbytes";
    if (list || !pair) refuse(mixed);
    const std::uint64_t offset = number(records[at].second);
    pieces.add(offset, number(records[++at].second));
  }
  pieces.finish(count, size);
}

/// Of an old map, up to the first piece that is not there. Whether all are.
bool add_pieces(std::span<const char> fields, Pieces& pieces) {
  constexpr std::size_t width = 12;
  const auto is_unused = [](std::span<const char> part) {
    return std::all_of(part.begin(), part.end(), [](char c) { return c == '\0'; });
  };
  for (; !fields.empty(); fields = fields.subspan(2 * width)) {
    if (is_unused(fields)) return false;
    const auto offset = tar_number(fields.first(width));
    const auto bytes = tar_number(fields.subspan(width, width));
    if (!offset || !bytes || *offset > most_bytes || *bytes > most_bytes) refuse(no_numbers);
    pieces.add(*offset, *bytes);
  }
  return true;
}

}  // namespace

void check_pax_sparse(const PaxRecords& records, std::span<const char> behind) {
  static const std::set<std::string_view> of_records{"size", "numblocks", "map", "name", "offset", "numbytes"};
  std::size_t all = 0, of_old_formats = 0;
  for (const auto& [key, value] : records) {
    if (!key.starts_with(prefix)) continue;
    ++all;
    of_old_formats += of_records.count(key.substr(prefix.size()));
  }
  if (all == 0) return;
  const auto value = [&](std::string_view key) { return find(records, std::string(prefix).append(key)); };
  const auto name = value("name");
  if (const auto size = value("realsize")) {
    if (all != 4 || !name || value("major") != "1" || value("minor") != "0") refuse(mixed);
    return check_map_in_data(number(*size), behind);
  }
  const auto size = value("size");
  const auto count = value("numblocks");
  if (!size || !count || of_old_formats != all) refuse(mixed);
  check_map_in_records(records, number(*count), number(*size));
}

void check_old_sparse(std::span<const char> block, std::span<const char> behind) {
  constexpr std::size_t own_map = 386, own_extended = 482, real_size = 483, extended = 504;
  Pieces pieces;
  bool all = add_pieces(block.subspan(own_map, own_extended - own_map), pieces);
  for (bool goes_on = block[own_extended] != '\0'; goes_on; behind = behind.subspan(tar_block)) {
    if (!all) refuse("has a sparse map that goes on behind its end");
    if (behind.size() < tar_block) throw std::out_of_range(no_numbers);
    all = add_pieces(behind.first(extended), pieces);
    goes_on = behind[extended] != '\0';
  }
  const auto size = tar_number(block.subspan(real_size, 12));
  if (!size || *size > most_bytes) refuse(no_numbers);
  pieces.finish(pieces.count(), *size);
}

}  // namespace minipkg::archive
