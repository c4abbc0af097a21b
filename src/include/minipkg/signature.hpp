// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/export.hpp"
#include "minipkg/manifest.hpp"
#include "minipkg/root.hpp"

/// Detached signatures of package files, and who is trusted to make them. Keys, secret keys and signatures are files
/// of minisign(1) and interchangeable with it.
namespace minipkg {

/// What a package file must show before a byte of it is parsed; a later one is stricter.
enum class Policy {
  none,       ///< nothing
  digest,     ///< its SHA-256, told by the caller or by FILE.sha256 beside it
  signature,  ///< FILE.minisig, or what the caller names: a good signature by a trusted key
};
MINIPKG_API const char* name_of(Policy);
MINIPKG_API std::optional<Policy> policy_named(std::string_view);

/// A day of UTC.
using Day = std::chrono::sys_days;
MINIPKG_API std::string day_text(Day);                       ///< "2026-11-24"
MINIPKG_API std::optional<Day> day_named(std::string_view);  ///< the other way; nothing if there is no such day
MINIPKG_API Day today();                                     ///< by the wall clock, whatever the environment says

/// A public key and for how long it is trusted. In its file these are lines behind minisign's own two, which minisign
/// does not read: "expires: 2027-01-01", "revoked: 2026-11-24".
struct TrustedKey {
  std::string name;  ///< of its file, without ".pub"
  std::string id;    ///< 16 hexadecimal digits, as minisign shows them. Anybody can make a key with the same
  std::array<unsigned char, 32> key{};
  std::optional<Day> expires;  ///< from this day on it is not trusted any more
  std::optional<Day> revoked;  ///< since when it is not trusted; the day does not matter, signatures before are refused
};

enum class Trust { trusted, expired, revoked };
MINIPKG_API Trust trust_of(const TrustedKey&, Day);
MINIPKG_API const char* name_of(Trust);

/// A signature that holds.
struct SignedBy {
  std::string key_name, key_id;
  std::string trusted_comment;  ///< the signer's words; any bytes but a line feed: escape them
};

/// What came of signing or verifying one file.
struct SignedFile {
  std::string file;
  std::optional<SignedBy> signed_by;  ///< nothing: it was not, or not well
  std::string error;                  ///< why not
};

/// What is asked of one package file. Whatever is given must hold, whatever the policy.
struct Requirements {
  Policy policy = Policy::none;
  std::vector<TrustedKey> keys;               ///< all that are known, also those that are not trusted any more
  std::optional<std::string> signature_file;  ///< instead of FILE.minisig
  std::optional<Digest> sha256;               ///< instead of FILE.sha256
};

/// The policy of a root, from <root>/etc/minipkg/policy: one word, and comments with #. Policy::none without the file.
/// This and the functions below throw Error(permission) if others than root, or the user who runs this, could write
/// to what they read, and Error(refused) if it says nothing they understand.
MINIPKG_API Policy policy_of(const Root& root);
MINIPKG_API void set_policy(const Root& root, Policy);

/// The keys of a root, <root>/etc/minipkg/keys/NAME.pub, sorted by name. None without the directory.
MINIPKG_API std::vector<TrustedKey> trusted_keys(const Root& root);
/// Those of any directory. Throws Error(usage) if there is none.
MINIPKG_API std::vector<TrustedKey> keys_in_directory(const std::string& directory);
/// One public key file, whoever may write to it. Throws Error(usage) if it is none.
MINIPKG_API TrustedKey key_in_file(const std::string& file);

/// Copies a public key file. `name` is by default that of the file. Throws Error(refused) if the name is taken, or
/// the key is there already or was revoked.
MINIPKG_API TrustedKey add_key(const Root& root, const std::string& file, std::optional<std::string> name,
                               std::optional<Day> expires);
/// These throw Error(refused) unless `name_or_id` is one key of the root.
MINIPKG_API TrustedKey remove_key(const Root& root, const std::string& name_or_id);
/// It stays, as one that is never trusted again.
MINIPKG_API TrustedKey revoke_key(const Root& root, const std::string& name_or_id, Day);

/// A secret that is wiped from memory when it is not needed any more.
class MINIPKG_API Password {
 public:
  static constexpr std::size_t longest = 1023;  ///< bytes, as in minisign
  Password();
  Password(Password&&) noexcept = default;
  Password& operator=(Password&&) noexcept = default;
  /// False if it is full.
  bool append(char);
  void drop_last();
  std::string_view text() const;

 private:
  struct Wiped {
    void operator()(char*) const;
  };
  std::unique_ptr<char[], Wiped> bytes_;
  std::size_t size_ = 0;
};
/// Called when a secret key needs one.
using AskPassword = std::function<Password()>;

/// Makes a pair of keys: `secret_file`, 0600, encrypted by the password if one is asked for, and `public_file`.
/// Throws Error(refused) if either is there. Takes seconds and up to 1 GiB of memory with a password: that is scrypt.
MINIPKG_API TrustedKey generate_key(const std::string& secret_file, const std::string& public_file,
                                    const std::optional<AskPassword>&);

struct SignOptions {
  std::string file;
  std::string secret_key_file;
  std::string output;             ///< FILE.minisig by default
  std::string untrusted_comment;  ///< minisign's by default
  std::string trusted_comment;    ///< by default minisign's: time, name of the file
  std::int64_t time = 0;          ///< for that, in seconds since 1970
};
/// Writes a signature. Throws Error(usage) for what cannot be opened and comments that do not fit into a line,
/// Error(refused) for a wrong password. The key has no name.
MINIPKG_API SignedBy sign(const SignOptions&, const AskPassword&);

}  // namespace minipkg
