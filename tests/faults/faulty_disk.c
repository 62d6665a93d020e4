/*
 * Preloaded into a process it counts what the process does to files under a folder, and lets one of these calls fail:
 *   FAULT_UNDER  text that a path must hold
 *   FAULT_CALLS  the calls that count, for example "rename,sync,unlink" or "write"
 *   FAULT_AT     number of the first call that fails, from 1; 0 lets none fail
 *   FAULT_DO     "kill" before the call, "short" writes half, else an errno
 *   FAULT_EVER   set: all later calls fail too
 *   FAULT_LOG    file that gets a line a call
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls;

enum verdict { PASS, FAIL, SHORT };

static void logged(int number, const char *call, const char *path) {
  const char *log = getenv("FAULT_LOG");
  if (log == NULL) return;
  char line[4400];
  int length = snprintf(line, sizeof line, "%d %s %s\n", number, call, path);
  int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return;
  syscall(SYS_write, file, line, length);
  syscall(SYS_close, file);
}

static enum verdict judge(const char *call, const char *path) {
  const char *under = getenv("FAULT_UNDER"), *which = getenv("FAULT_CALLS");
  if (under == NULL || which == NULL || strstr(path, under) == NULL || strstr(which, call) == NULL) return PASS;
  int number = atomic_fetch_add(&calls, 1) + 1;
  logged(number, call, path);
  const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_DO");
  int first = at == NULL ? 0 : atoi(at);
  if (first == 0 || what == NULL || number < first) return PASS;
  if (number > first && getenv("FAULT_EVER") == NULL) return PASS;
  if (strcmp(what, "kill") == 0) syscall(SYS_kill, getpid(), SIGKILL);
  if (strcmp(what, "short") == 0) return SHORT;
  errno = atoi(what);
  return FAIL;
}

static enum verdict judge_file(const char *call, int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length < 0) return PASS;
  path[length] = 0;
  int before = errno;
  enum verdict verdict = judge(call, path);
  if (verdict != FAIL) errno = before;
  return verdict;
}

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

int rename(const char *from, const char *to) {
  return judge("rename", to) == FAIL ? -1 : NEXT(rename)(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
  return judge("rename", to) == FAIL ? -1 : NEXT(renameat)(a, from, b, to);
}
int renameat2(int a, const char *from, int b, const char *to, unsigned int flags) {
  return judge("rename", to) == FAIL ? -1 : NEXT(renameat2)(a, from, b, to, flags);
}
int unlink(const char *path) {
  return judge("unlink", path) == FAIL ? -1 : NEXT(unlink)(path);
}
int unlinkat(int at, const char *path, int flags) {
  return judge("unlink", path) == FAIL ? -1 : NEXT(unlinkat)(at, path, flags);
}
int fsync(int file) {
  return judge_file("sync", file) == FAIL ? -1 : NEXT(fsync)(file);
}
int fdatasync(int file) {
  return judge_file("sync", file) == FAIL ? -1 : NEXT(fdatasync)(file);
}
int flock(int file, int operation) {
  return judge_file("lock", file) == FAIL ? -1 : NEXT(flock)(file, operation);
}
ssize_t write(int file, const void *bytes, size_t count) {
  enum verdict verdict = judge_file("write", file);
  if (verdict == FAIL) return -1;
  if (verdict == SHORT && count > 1) count /= 2;
  return NEXT(write)(file, bytes, count);
}
