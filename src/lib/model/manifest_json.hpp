// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <exception>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "minipkg/error.hpp"
#include "minipkg/manifest.hpp"

// What manifest_parse.cpp, manifest_write.cpp and partial_manifest.cpp share. For the model room only: nothing else
// sees the JSON library.
namespace minipkg::manifest_json {

using nlohmann::json;

inline constexpr std::string_view schema_name = "minipkg-manifest/1";

struct TypeName {
  FileType type;
  std::string_view name;
};
inline constexpr std::array<TypeName, 7> type_names{{{FileType::regular, "file"},
                                                     {FileType::directory, "dir"},
                                                     {FileType::symlink, "symlink"},
                                                     {FileType::hardlink, "hardlink"},
                                                     {FileType::character, "char"},
                                                     {FileType::block, "block"},
                                                     {FileType::fifo, "fifo"}}};

/// A member that is kept but not acted on.
struct Passive {
  std::string_view name;
  json::value_t type;
};

/// Whether members may be there whose names begin with "x-".
enum class Extensions { refuse, keep };

/// Takes the members of one JSON object out of it, each with its type checked. Messages begin with `where` and,
/// where it is not empty, `subject` ("file '/usr/bin/x'").
class Members {
 public:
  Members(json object, const std::string& where, std::string subject = {});

  void set_subject(std::string subject) { subject_ = std::move(subject); }
  std::optional<json> take(std::string_view name, json::value_t type);
  std::optional<std::string> text(std::string_view name);
  std::string required_text(std::string_view name);
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t most);
  std::optional<std::int64_t> signed_number(std::string_view name);
  std::optional<std::string> bytes(std::string_view name);  ///< base64
  bool has(std::string_view name) const { return object_.contains(name); }
  bool is_true(std::string_view name) const;  ///< looks only
  /// What is left, as canonical JSON; empty if nothing is. Refuses a member that is not one of `known`.
  std::string rest(std::span<const Passive> known, Extensions = Extensions::refuse) const;
  /// Part of a member that was taken, for rest().
  void put_back(std::string_view name, json value) { object_[std::string(name)] = std::move(value); }
  [[noreturn]] void refuse(std::string_view cause) const;

 private:
  json object_;
  const std::string& where_;
  std::string subject_;
};

/// Members of the manifest object and of its file objects that this version carries along.
extern const std::span<const Passive> passive_members;
extern const std::span<const Passive> passive_file_members;

/// Calls `file` with each object of the top-level array "files" and returns the rest of the document, so that a long
/// list of files is never in memory as JSON. Refuses wrong JSON, repeated members and deep nesting.
json parse_document(std::string_view text, const std::string& where, const std::function<void(json)>& file);

/// Text that is not UTF-8 stands as its exact bytes in "<name>_b64", and lossily under its own name.
std::optional<std::string> take_exact_text(Members&, std::string_view name);
std::uint16_t take_mode(Members&, std::uint16_t otherwise);
/// "caps", "acl" and "xattrs".
Xattrs take_xattrs(Members&);
/// Everything of the head; `schema` has been checked, "files" is gone.
void take_description(Members&, Manifest&);
void check_schema(Members&);

json file_json(const FileEntry&);
json description_json(const Manifest&);  ///< everything but the files

/// Takes files until one is refused, and keeps that refusal: "schema" sorts behind "files", and a document of another
/// schema must be refused for that and not for a file it describes in another way.
class FileCollector {
 public:
  explicit FileCollector(std::function<void(json)> take) : take_(std::move(take)) {}
  void operator()(json file) {
    if (refusal_) return;
    try {
      take_(std::move(file));
    } catch (const Error&) {
      refusal_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (refusal_) std::rethrow_exception(refusal_);
  }

 private:
  std::function<void(json)> take_;
  std::exception_ptr refusal_;
};

}  // namespace minipkg::manifest_json
