// SPDX-License-Identifier: MIT
#include <optional>

#include "lib/archive/bare.hpp"
#include "lib/archive/byte_source.hpp"
#include "lib/archive/file_name.hpp"
#include "lib/archive/limits.hpp"
#include "lib/archive/manifest_member.hpp"
#include "lib/archive/payload.hpp"
#include "lib/archive/reader_process.hpp"
#include "lib/base/fail.hpp"
#include "lib/model/file_tree.hpp"
#include "lib/model/rules.hpp"
#include "lib/signature/check.hpp"
#include "minipkg/package.hpp"

namespace minipkg {

namespace archive {
namespace {

/// What is no package is not copied until the disk is full. Where a signature is required nothing is looked at before
/// it.
PipeRules pipe_rules(const std::string& name, const OpenPackageOptions& options) {
  PipeRules rules;
  rules.most_bytes = most_piped_bytes(options.limits);
  if (!signature::ask_for_anything(options.required))
    rules.look_at_start = [name](std::span<const char> start) { known_format(name, start); };
  return rules;
}

}  // namespace
}  // namespace archive

struct Package::Impl {
  Impl(const std::string& name, const OpenPackageOptions& options)
      : file(name, archive::pipe_rules(name, options)), limits(options.limits) {}

  archive::InputFile file;
  ReadLimits limits;
  sandbox::Confinement confinement;
  Form form = Form::native;
  OddNames odd_names = OddNames::refuse;
  Manifest manifest;
  Digest digest{};
  std::optional<SignedBy> signed_by;
  std::vector<std::string> special;
};

Package::Package(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Package::Package(Package&&) noexcept = default;
Package& Package::operator=(Package&&) noexcept = default;
Package::~Package() = default;

const std::string& Package::file() const { return impl_->file.name(); }
Package::Form Package::form() const { return impl_->form; }
const Manifest& Package::manifest() const { return impl_->manifest; }
const Digest& Package::digest() const { return impl_->digest; }
const std::optional<SignedBy>& Package::signed_by() const { return impl_->signed_by; }
const std::vector<std::string>& Package::special_files() const { return impl_->special; }

std::vector<std::string> Package::missing_protection() const {
  std::vector<std::string> missing;
  if (!impl_->confinement.landlock) missing.emplace_back("Landlock");
  if (!impl_->confinement.seccomp) missing.emplace_back("seccomp");
  return missing;
}

void Package::read_payload(PayloadSink& sink) const {
  archive::ReaderProcess reader(impl_->file, impl_->limits, [&sink] { sink.waiting(); });
  archive::read_payload(reader, impl_->form, impl_->odd_names, impl_->manifest, sink);
}

namespace archive {
namespace {

/// What is checked here are the bytes that are read later, whoever else has the file.
std::optional<SignedBy> check(InputFile& file, const Requirements& required) {
  if (!signature::ask_for_anything(required)) return {};
  file.make_private();
  const auto read_at = [&file](std::uint64_t offset, std::span<char> buffer) { return file.read_at(offset, buffer); };
  return signature::check({file.name(), read_at}, required);
}

/// What the caller says wins over what the file name says.
void set_identity(Manifest& manifest, const InputFile& file, const OpenPackageOptions& options) {
  const NameParts parts = parse_file_name(file.name());
  manifest.name = options.name.value_or(parts.name);
  manifest.version = options.version.value_or(parts.version);
  manifest.arch = options.arch.value_or(parts.arch.empty() ? "noarch" : parts.arch);
  const std::string why = why_bad_identity(manifest);
  if (why.empty()) return;
  fail(ErrorKind::usage, "open", file.name(), "it has no manifest, and " + why,
       "name it like hello-2.12.1-1.x86_64.pkg.tar, or give --name, --version and --arch");
}

}  // namespace
}  // namespace archive

Package open_package(const std::string& file, const OpenPackageOptions& options) {
  using namespace archive;
  auto impl = std::make_unique<Package::Impl>(file, options);
  impl->odd_names = options.odd_names;
  impl->signed_by = check(impl->file, options.required);
  auto reader = std::make_unique<ReaderProcess>(impl->file, impl->limits);
  impl->confinement = reader->confinement();
  const std::uint64_t most_bytes = most_manifest_bytes(impl->file, impl->limits);
  if (std::optional<Manifest> manifest = read_manifest(*reader, options.odd_names, most_bytes)) {
    impl->manifest = *std::move(manifest);
  } else {
    impl->form = Package::Form::bare;
    set_identity(impl->manifest, impl->file, options);
    reader = std::make_unique<ReaderProcess>(impl->file, impl->limits);  // from the beginning again
    BareContent content = scan_bare(*reader, options.special, options.odd_names);
    if (content.files.empty()) fail(ErrorKind::bad_package, "read", file, "the archive is empty");
    impl->manifest.files = std::move(content.files);
    impl->manifest.installed_size = installed_size(impl->manifest.files);
    impl->special = std::move(content.special);
  }
  impl->digest = manifest_digest(impl->manifest);
  return Package(std::move(impl));
}

}  // namespace minipkg
