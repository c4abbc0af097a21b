// SPDX-License-Identifier: MIT
#include "lib/plan/obstacles.hpp"

#include <algorithm>
#include <set>
#include <type_traits>

#include "lib/model/path.hpp"

namespace minipkg::plan {
namespace {

constexpr std::size_t longest_path = 4095;  // PATH_MAX without its NUL

ProblemKind problem_of(Hold hold) {
  switch (hold) {
    case Hold::immutable:
      return ProblemKind::immutable;
    case Hold::append_only:
      return ProblemKind::append_only;
    case Hold::mount_point:
      return ProblemKind::mount_point;
    case Hold::swap_file:
      return ProblemKind::swap_file;
    case Hold::not_permitted:
      return ProblemKind::not_permitted;
  }
  return ProblemKind::immutable;
}

template <typename T>
constexpr bool takes_away = std::is_same_v<T, ReplaceFile> || std::is_same_v<T, ChangeType> ||
                            std::is_same_v<T, RemoveFile> || std::is_same_v<T, SaveFile>;
template <typename T>
constexpr bool brings_name = std::is_same_v<T, CreateFile> || std::is_same_v<T, CreateDirectory>;

class Obstacles {
 public:
  Obstacles(const Request& request, const Facts& facts, Problems& problems)
      : request_(request), facts_(facts), problems_(problems) {}

  void step(const Step&, std::uint32_t place);
  void place(const Place&, const std::string& package);
  void read_only(const Place&, const std::string& package);
  void databases();

 private:
  template <typename T>
  void inode(const T&, const std::string& package);
  void names_in(const std::string& directory, const std::string& package);
  void name(const std::string& path, const Place&, const std::string& package);
  void size(const Step&, const std::string& package);
  void holds(const std::string& path, std::initializer_list<Hold> kinds, const std::string& package);

  const Request& request_;
  const Facts& facts_;
  Problems& problems_;
  std::set<std::pair<std::string, Hold>> told_;
  std::set<std::string> told_read_only_;
};

/// Each once, whoever meets it first.
void Obstacles::holds(const std::string& path, std::initializer_list<Hold> kinds, const std::string& package) {
  const auto fact = facts_.paths.find(path);
  if (fact == facts_.paths.end()) return;
  for (const Hold hold : fact->second.holds) {
    if (std::find(kinds.begin(), kinds.end(), hold) == kinds.end() || !told_.emplace(path, hold).second) continue;
    problems_.push_back({problem_of(hold), package, path, ""});
  }
}

void Obstacles::names_in(const std::string& directory, const std::string& package) {
  holds(directory, {Hold::immutable, Hold::append_only, Hold::not_permitted}, package);
}

/// What the step does to the inode that is there.
template <typename T>
void Obstacles::inode(const T& step, const std::string& package) {
  if constexpr (takes_away<T>) {
    holds(step.path, {Hold::immutable, Hold::append_only, Hold::mount_point, Hold::swap_file}, package);
    if (step.before.type == FileType::directory) names_in(step.path, package);
  } else if constexpr (std::is_same_v<T, RemoveDirectory>) {
    holds(step.path, {Hold::immutable, Hold::append_only}, package);
    // By itself a mount point just stays, but it must not leave with its parent.
    if (step.appear == Appear::with_parent) {
      holds(step.path, {Hold::mount_point}, package);
      names_in(step.path, package);
    }
  } else if constexpr (std::is_same_v<T, SetAttributes>) {
    holds(step.path, {Hold::immutable, Hold::append_only}, package);
  }
}

void Obstacles::name(const std::string& path, const Place& place, const std::string& package) {
  const std::size_t length = base_name(path).size();
  if (length > place.name_max) {
    problems_.push_back({ProblemKind::name_too_long, package, path, "", length, place.name_max});
  } else if (path.size() > longest_path) {
    problems_.push_back({ProblemKind::name_too_long, package, path, "", path.size(), longest_path});
  }
}

void Obstacles::size(const Step& step, const std::string& package) {
  const FileEntry* const entry = entry_of(request_, step);
  if (entry == nullptr || entry->type != FileType::regular || !facts_.file_size_limit) return;
  if (std::holds_alternative<SetAttributes>(step) || entry->size <= *facts_.file_size_limit) return;
  problems_.push_back({ProblemKind::file_too_large, package, path_of(step), "", entry->size, *facts_.file_size_limit});
}

void Obstacles::step(const Step& step, std::uint32_t number) {
  const std::string package = package_of(request_, facts_, step);
  const Place& where = facts_.places.at(number);
  place(where, package);
  size(step, package);
  std::visit(
      [&](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        inode(one, package);
        if constexpr (!std::is_same_v<T, SetAttributes>) names_in(std::string(parent_path(one.path)), package);
        if constexpr (brings_name<T>) name(one.path, where, package);
        if constexpr (std::is_same_v<T, SaveFile>) {
          name(one.save_as, where, package);
          names_in(std::string(parent_path(one.save_as)), package);
        }
      },
      step);
}

/// Its area is made at its top.
void Obstacles::place(const Place& place, const std::string& package) {
  read_only(place, package);
  names_in(place.top, package);
}

void Obstacles::read_only(const Place& place, const std::string& package) {
  if (place.read_only_at.empty() || !told_read_only_.insert(place.top).second) return;
  problems_.push_back({ProblemKind::read_only, package, place.top, place.read_only_at});
}

void Obstacles::databases() {
  const Databases& databases = facts_.databases;
  if (databases.directory.empty()) return;
  read_only(facts_.places.at(databases.place), "");
  names_in(databases.nearest, "");
  for (const char* name : {"packages.db", "state.db"}) {
    const std::string path = child_path(databases.directory, name);
    holds(path, {Hold::immutable, Hold::append_only, Hold::not_permitted}, "");
  }
}

}  // namespace

const std::string& path_of(const Step& step) {
  return std::visit([](const auto& one) -> const std::string& { return one.path; }, step);
}

const FileEntry* entry_of(const Request& request, const Step& step) {
  return std::visit(
      [&](const auto& one) -> const FileEntry* {
        std::optional<Source> source;
        if constexpr (requires { one.from; }) source = one.from;
        return source ? &request.install.at(source->package).manifest->files.at(source->entry) : nullptr;
      },
      step);
}

std::string package_of(const Request& request, const Facts& facts, const Step& step) {
  const std::optional<Source> source = std::visit(
      [](const auto& one) -> std::optional<Source> {
        if constexpr (requires { one.from; }) return one.from;
        return std::nullopt;
      },
      step);
  if (source) return request.install.at(source->package).manifest->name;
  const auto fact = facts.paths.find(path_of(step));
  return fact == facts.paths.end() || fact->second.owners.empty() ? "" : fact->second.owners.front().package;
}

void find_obstacles(const Request& request, const Facts& facts, const Plan& plan, Problems& problems) {
  if (plan.changes.empty()) return;
  Obstacles obstacles(request, facts, problems);
  for (std::size_t at = 0; at < plan.steps.size(); ++at) obstacles.step(plan.steps[at], plan.step_places[at]);
  obstacles.databases();
}

}  // namespace minipkg::plan
