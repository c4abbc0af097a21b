// SPDX-License-Identifier: MIT
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/error.hpp"
#include "minipkg/plan.hpp"
#include "minipkg/restart.hpp"
#include "minipkg/restarts.hpp"
#include "minipkg/signature.hpp"
#include "minipkg/system.hpp"

/// What every rendering to JSON is made of.
namespace minipkg::json {

using Json = nlohmann::json;  // std::map inside: keys come out sorted

/// Sets object[key], and object[key + "_b64"] too where `bytes` are not UTF-8 (then object[key] is the lossy form).
void put_text(Json& object, const std::string& key, std::string_view bytes);
/// put_text, but an empty text is left out.
void put_if_any(Json& object, const std::string& key, std::string_view bytes);
Json text_array(const std::vector<std::string>& texts);  ///< lossy

Json digest(const Digest&);       ///< {"sha256": "…"}, as in the manifest
std::string mode(std::uint16_t);  ///< "0755"
Json xattrs(const Xattrs&);       ///< values in base64

/// One answer: adds "schema": "minipkg-<what>/1" and ends in a newline.
std::string answer(const std::string& what, Json members);
/// One line that never throws, whatever bytes are in it.
std::string dump(const Json&);

const char* name_of(FileType);
const char* name_of(Action);
const char* name_of(Appear);
const char* name_of(NoticeKind);
const char* name_of(ProblemKind);
const char* name_of(Use);
const char* name_of(RetiredKind);
const char* name_of(Certainty);
const char* name_of(Basis);
const char* name_of(RemedyKind);
const char* name_of(Manner);
const char* name_of(Reboot);
const char* name_of(Treatment);
const char* name_of(Recovery);
const char* name_of(ErrorKind);
/// The other way, for facts read from a file.
std::optional<FileType> file_type_named(std::string_view);

Json on_disk(const OnDisk&);
Json place(const Place&);
Json changes(const std::vector<PackageChange>&);
Json notices(const std::vector<Notice>&);
Json totals(const Totals&);
Json signatures(const std::vector<SignedFile>&);

}  // namespace minipkg::json
