// SPDX-License-Identifier: MIT
#include "lib/system/system_impl.hpp"

namespace minipkg {

void System::Impl::forget(const std::vector<RetiredInode>& settled) {
  if (settled.empty() || !directory_fd || !state || !may_repair()) return;
  try {
    std::optional<os::WriterLock> own;
    if (!lock) {
      auto taken = os::WriterLock::try_take(directory_fd.get(), directory_path, command());
      if (!taken) return;
      own.emplace(std::move(*taken));
    }
    store::State writer(database(state_file, store::Mode::write));
    writer.forget_retired(settled);
  } catch (const Error&) {
    // It was only to be faster next time.
  }
}

}  // namespace minipkg
