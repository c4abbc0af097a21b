// SPDX-License-Identifier: MIT
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <span>
#include <string>
#include <string_view>

/// A database may have come with an image that somebody else made. What must hold before anything in it is believed;
/// sqlite.org/security.html.
namespace minipkg::store {

/// Of a file that is not opened yet, and of the journal beside it, which SQLite would play back: it may name any file
/// of the machine as a super-journal, and SQLite would remove that. A file that is not there is good. `name` stands for
/// it in messages. Throws Error(permission) where others may write, Error(cannot_answer) for what is no database of
/// ours.
void check_file(const std::string& path, const std::string& name);

/// Takes from a connection what a schema could use against us and ours does not need.
void restrict_connection(SQLite::Database&);

/// Refuses, by name, each table, index, view and trigger that `migrations` do not make, makes otherwise, or that is
/// missing. Throws Error(cannot_answer), SQLite::Exception.
void check_schema(SQLite::Database&, const std::string& path, std::span<const std::string_view> migrations);

}  // namespace minipkg::store
