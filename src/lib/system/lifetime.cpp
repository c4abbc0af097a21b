// SPDX-License-Identifier: MIT
// Apart from the answers, so that minipkg-recover is linked with nothing that it does not need.
#include "lib/system/system_impl.hpp"

namespace minipkg {

System::System(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
System::System(System&&) noexcept = default;
System& System::operator=(System&&) noexcept = default;

System::~System() {
  if (impl_ == nullptr) return;
  try {
    impl_->close_offline();
  } catch (const std::exception&) {
    // What could not be tidied now is found and tidied by the next writer.
  }
}

const std::string& System::pending_recovery() const { return impl_->pending; }
Recovery System::recovered() const { return impl_->recovered; }
bool System::live() const { return impl_->state && impl_->state->live(); }

}  // namespace minipkg
