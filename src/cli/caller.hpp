// SPDX-License-Identifier: MIT
#pragma once

namespace minipkg::cli {

/// The program has rights that its caller has not: setuid, setgid, file capabilities. It was not made for that.
bool has_more_rights_than_caller();
constexpr const char* more_rights_than_caller =
    "cannot run with rights that the caller has not (setuid, setgid, capabilities of the file)";

/// Of the environment only what this program reads itself stays: NO_COLOR, COLUMNS, SOURCE_DATE_EPOCH, TZ. What the
/// libraries would read (OPENSSL_CONF loads code, SQLITE_TMPDIR and TMPDIR say where to write) is not the caller's to
/// decide. To be called before there are threads.
void forget_environment();

}  // namespace minipkg::cli
