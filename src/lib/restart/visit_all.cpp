// SPDX-License-Identifier: MIT
#include "lib/restart/visit_all.hpp"

#include <sched.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace minipkg::restart {
namespace {

using Clock = std::chrono::steady_clock;

/// What the threads share. A thread that was left behind keeps it alive.
struct Crew {
  struct Member {
    std::uint32_t pid = 0;
    Clock::time_point since;
    bool is_left_behind = false;
  };

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::uint32_t> pids;
  std::size_t next = 0;
  std::vector<std::shared_ptr<Member>> at_work;
  Visits visits;
};

void take_down(Visits& visits, Visit visit) {
  visits.scanned += visit.outcome == Outcome::looked_at ? 1U : 0U;
  visits.unreadable += visit.outcome == Outcome::unreadable ? 1U : 0U;
  if (visit.process) visits.processes.push_back(std::move(*visit.process));
}

void work(const std::shared_ptr<Crew>& crew, const std::shared_ptr<Crew::Member>& self, Visitor& visitor) {
  std::unique_lock lock(crew->mutex);
  while (!self->is_left_behind && crew->next < crew->pids.size()) {
    self->pid = crew->pids[crew->next++];
    self->since = Clock::now();
    lock.unlock();
    Visit visit = visitor.visit(self->pid);
    lock.lock();
    if (!self->is_left_behind) take_down(crew->visits, std::move(visit));
  }
  std::erase(crew->at_work, self);
  crew->changed.notify_one();
}

/// With the lock held.
void hire(const std::shared_ptr<Crew>& crew, std::unique_ptr<Visitor> visitor) {
  auto self = std::make_shared<Crew::Member>();
  self->since = Clock::now();
  crew->at_work.push_back(self);
  std::thread([crew, self, own = std::move(visitor)] { work(crew, self, *own); }).detach();
}

/// Those that have waited too long for a process.
std::size_t leave_behind(Crew& crew, std::chrono::milliseconds patience) {
  const auto limit = Clock::now() - patience;
  return std::erase_if(crew.at_work, [&](const std::shared_ptr<Crew::Member>& member) {
    if (member->since > limit) return false;
    member->is_left_behind = true;
    ++crew.visits.unreadable;
    return true;
  });
}

std::size_t processors() {
  cpu_set_t mine;
  if (::sched_getaffinity(0, sizeof mine, &mine) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&mine)));
}

}  // namespace

Visits visit_all(std::vector<std::uint32_t> pids, const std::function<std::unique_ptr<Visitor>()>& new_visitor,
                 std::chrono::milliseconds patience) {
  const auto crew = std::make_shared<Crew>();
  crew->pids = std::move(pids);
  constexpr std::size_t worth_a_thread = 16;
  const std::size_t threads = std::min(processors(), crew->pids.size() / worth_a_thread + 1);
  std::unique_lock lock(crew->mutex);
  for (std::size_t n = 0; n < threads; ++n) hire(crew, new_visitor());
  while (!crew->at_work.empty()) {
    crew->changed.wait_for(lock, patience / 4);
    const std::size_t lost = leave_behind(*crew, patience);
    for (std::size_t n = 0; n < lost; ++n) hire(crew, new_visitor());
    // Where one waits, others wait for the same.
    if (lost > 0) patience = std::max(patience / 2, std::chrono::milliseconds(50));
  }
  std::sort(crew->visits.processes.begin(), crew->visits.processes.end(),
            [](const StaleProcess& left, const StaleProcess& right) { return left.pid < right.pid; });
  return std::move(crew->visits);
}

}  // namespace minipkg::restart
