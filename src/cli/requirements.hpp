// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "context.hpp"
#include "minipkg/package.hpp"

/// What package files must show before they are read: the policy of the root, and what the caller adds to it.
namespace minipkg::cli {

struct RequirementOptions {
  std::optional<std::string> policy, keys, signature, sha256;
};

void add_requirement_options(CLI::App& command, RequirementOptions&);

/// Of each of so many files. Throws Error(refused) if the caller asks for less than the root does.
Requirements requirements_of(const Context&, const RequirementOptions&, std::size_t files);

/// The keys in a directory, and those that were revoked in the root: that they were is never forgotten.
std::vector<TrustedKey> keys_instead_of_those(const Root& root, const std::string& directory);

/// "a.tar is signed by vendor (481252B60C97990D): version 1.2"
std::string signer_text(const std::string& file, const SignedBy&);
void note_signers(Context&, const std::vector<Package>&);

}  // namespace minipkg::cli
