// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace minipkg {

inline constexpr std::string_view caps_xattr = "security.capability";
inline constexpr std::string_view access_acl_xattr = "system.posix_acl_access";
inline constexpr std::string_view default_acl_xattr = "system.posix_acl_default";

/// File capabilities as "cap_net_raw=ep"; capabilities(7). Nothing if `bytes` is no vfs_cap_data of revision 2, or
/// says more than the text can (revision 3 belongs to one user namespace).
std::optional<std::string> caps_text(std::string_view bytes);

/// The value of security.capability (revision 2) for what cap_from_text(3) reads. Nothing if it is no such text, or
/// if the effective set is neither empty nor all of the others, which a file cannot hold.
std::optional<std::string> caps_bytes(std::string_view text);

/// True for vfs_cap_data of revision 2 or 3.
bool are_caps(std::string_view bytes);

/// One POSIX ACL as "user::rw-,user:1000:r--,group::r--,mask::r--,other::r--", acl(5), qualifiers in numbers.
/// Nothing if `bytes` is not a valid ACL in the kernel's order.
std::optional<std::string> acl_text(std::string_view bytes);

/// The kernel's encoding of such a text. Entries are separated by commas or newlines and may come in any order; a
/// qualifier that is a name needs the number as a fourth field ("user:lisa:r-x:1001"), as tar files carry it.
std::optional<std::string> acl_bytes(std::string_view text);

/// Both ACLs of a file, each empty if it has none. As one text, entries of the default ACL begin with "default:".
struct AclPair {
  std::string access, inherited;
};
std::optional<std::string> acl_pair_text(const AclPair&);
std::optional<AclPair> acl_pair_bytes(std::string_view text);

/// The mode bits that an access ACL stands for: owner, mask (or group), others.
std::uint16_t acl_mode(std::string_view bytes);

/// True if the ACL says no more than the mode does; the kernel keeps none then.
bool is_minimal_acl(std::string_view bytes);

}  // namespace minipkg
