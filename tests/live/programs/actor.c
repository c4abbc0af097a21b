// SPDX-License-Identifier: MIT
// Does what its arguments say, one after the other, says "ready", and waits until its input ends.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <err.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

static const size_t size = 4096;

static void map(const char* path, int flags, int protection, int sharing) {
  const int fd = open(path, flags);
  if (fd < 0 || mmap(NULL, size, protection, sharing, fd, 0) == MAP_FAILED) err(1, "map %s", path);
  close(fd);
}

static void code(const char* path) { map(path, O_RDONLY, PROT_READ | PROT_EXEC, MAP_PRIVATE); }
static void data(const char* path) { map(path, O_RDONLY, PROT_READ, MAP_PRIVATE); }
static void shared(const char* path) { map(path, O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED); }

static void keep_open(const char* path) {
  if (open(path, O_RDONLY) < 0) err(1, "open %s", path);
}

// Executable, as programs do that compile while they run and may not have memory both writable and executable.
static void temporary(const char* path) {
  const int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0700);
  if (fd < 0 || ftruncate(fd, (off_t)size) != 0) err(1, "make %s", path);
  map(path, O_RDWR, PROT_READ | PROT_EXEC, MAP_SHARED);
  unlink(path);
}

#ifndef STATIC
static void load(const char* path) {
  if (!dlopen(path, RTLD_NOW)) errx(1, "%s", dlerror());
}
#endif

static void memory_file(const char* name) {
  const int fd = memfd_create(name, MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, (off_t)size) != 0) err(1, "memfd_create");
  if (mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0) == MAP_FAILED) err(1, "map a memfd");
}

// Not executable memory: SHM_EXEC is.
static void system_v(const char* flags) {
  const int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0700);
  if (id < 0 || shmat(id, NULL, strcmp(flags, "exec") == 0 ? SHM_EXEC : 0) == (void*)-1) err(1, "shmat");
  shmctl(id, IPC_RMID, NULL);
}

static void anonymous(const char* unused) {
  (void)unused;
  const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
  if (mmap(NULL, size, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) err(1, "map memory");
}

static void zero(const char* path) {
  map(path, O_RDWR, PROT_READ | PROT_EXEC, MAP_SHARED);
  map(path, O_RDWR, PROT_READ | PROT_EXEC, MAP_PRIVATE);
}

static void asynchronous(const char* unused) {
  (void)unused;
  aio_context_t context = 0;
  if (syscall(SYS_io_setup, 8, &context) != 0) err(77, "io_setup");
}

static void perf(const char* unused) {
  (void)unused;
  struct perf_event_attr what = {
      .type = PERF_TYPE_SOFTWARE, .size = sizeof what, .config = PERF_COUNT_SW_DUMMY, .exclude_kernel = 1};
  const int fd = (int)syscall(SYS_perf_event_open, &what, 0, -1, -1, 0);
  if (fd < 0 || mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED) err(77, "perf_event");
}

static void* wait_in(void* root) {
  if (root && (unshare(CLONE_FS) != 0 || chroot(root) != 0 || chdir("/") != 0)) err(1, "chroot in a thread");
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) continue;
  _exit(0);
}

static void thread(const char* root) {
  pthread_t other;
  if (pthread_create(&other, NULL, wait_in, (void*)root) != 0) errx(1, "no thread");
  for (;;) pause();
}

static void leave(const char* unused) {
  (void)unused;
  pthread_t other;
  if (pthread_create(&other, NULL, wait_in, NULL) != 0) errx(1, "no thread");
  pthread_exit(NULL);
}

static const struct {
  const char* name;
  void (*act)(const char*);
} acts[] = {
    {"code", code},         {"data", data},     {"shared", shared}, {"open", keep_open}, {"temporary", temporary},
    {"memfd", memory_file}, {"shm", system_v},  {"jit", anonymous}, {"zero", zero},      {"aio", asynchronous},
    {"perf", perf},         {"thread", thread}, {"leave", leave},
#ifndef STATIC
    {"load", load},
#endif
};

int main(int count, char** words) {
  for (int word = 1; word + 1 < count; word += 2) {
    size_t act = 0;
    while (act < sizeof acts / sizeof *acts && strcmp(words[word], acts[act].name) != 0) ++act;
    if (act == sizeof acts / sizeof *acts) errx(2, "no act %s", words[word]);
    acts[act].act(words[word + 1]);
  }
  wait_in(NULL);
}
