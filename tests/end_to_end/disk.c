// A disk that fails when it is told to, and that forgets what was not synced. Preloaded into the server by disk.py.
//
//   DISK_RULES    a file of lines "CALL ERRNO END": from now on CALL (fsync, write) fails so for files whose path ends so,
//                 or has TEXT in it where END is "TEXT*". Read anew at each call, so that a test steers the disk while the
//                 server runs.
//   DISK_ROOT     files below it are watched.
//   DISK_SYNCED   a directory, outside of it: for each watched file one named by its inode, which holds what a sync that
//                 succeeded has put on disk. What was written before a sync that failed is never put there, whatever
//                 succeeds later: the system takes such pages for clean (as Linux does).
//   DISK_SECONDS  added to the time of day.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 4096, PATH = 4096 };

// One write, or with `length` -1 a change of the file's size to `at`.
struct change { off_t at; ssize_t length; };
struct watched { ino_t inode; size_t count, room; struct change *changes; };

static struct watched files[FILES];
static size_t known;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *hits_of(const char *rules, char *path) {
  snprintf(path, PATH, "%s.hits", rules);
  return path;
}

static int has_failed(void) {
  char hits[PATH];
  const char *rules = getenv("DISK_RULES");
  return rules && syscall(SYS_access, hits_of(rules, hits), F_OK) == 0;
}

// For tests to see that something has failed: a byte more in the file beside the rules.
static int hit(const char *rules, int error) {
  char hits[PATH];
  hits_of(rules, hits);
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, hits, O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (descriptor >= 0) {
    syscall(SYS_write, descriptor, ".", 1);
    syscall(SYS_close, descriptor);
  }
  return error;
}

static int fails(const char *call, const char *path) {
  const char *rules = getenv("DISK_RULES");
  if (!rules || !*path) return 0;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, rules, O_RDONLY);
  if (descriptor < 0) return 0;
  char text[1024];
  long length = syscall(SYS_read, descriptor, text, sizeof text - 1);
  syscall(SYS_close, descriptor);
  text[length > 0 ? length : 0] = 0;
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    char which[16], end[512];
    int error;
    if (sscanf(line, "%15s %d %511s", which, &error, end) != 3 || strcmp(which, call)) continue;
    char *star = strchr(end, '*');
    if (star) *star = 0;
    const char *found = star ? strstr(path, end) : strlen(path) < strlen(end) ? NULL : path + strlen(path) - strlen(end);
    if (found && (star || !strcmp(found, end))) return hit(rules, error);
  }
  return 0;
}

static const char *path_of(int descriptor, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, PATH - 1);
  path[length > 0 ? length : 0] = 0;
  return path;
}

static int is_watched(int descriptor, const char *path, struct stat *found) {
  const char *root = getenv("DISK_ROOT");
  return root && getenv("DISK_SYNCED") && !strncmp(path, root, strlen(root)) && !fstat(descriptor, found) &&
         S_ISREG(found->st_mode);
}

static void add(struct watched *this, struct change change) {
  if (this->count == this->room) {
    this->room = this->room ? 2 * this->room : 64;
    this->changes = realloc(this->changes, this->room * sizeof *this->changes);
    if (!this->changes) abort();
  }
  this->changes[this->count++] = change;
}

// What servers before this one wrote and did not sync is still in memory, and a sync by anybody puts it on disk; unless a
// sync has failed before, after which nobody knows what that is.
static struct watched *file(const struct stat *found) {
  for (size_t index = 0; index < known; index++)
    if (files[index].inode == found->st_ino) return &files[index];
  if (known == FILES) abort();
  struct watched *this = &files[known++];
  this->inode = found->st_ino;
  if (!has_failed()) {
    add(this, (struct change){0, found->st_size});
    add(this, (struct change){found->st_size, -1});
  }
  return this;
}

static void note(int descriptor, const char *path, off_t at, ssize_t length) {
  struct stat found;
  if (!is_watched(descriptor, path, &found)) return;
  pthread_mutex_lock(&lock);
  add(file(&found), (struct change){at, length});
  pthread_mutex_unlock(&lock);
}

// What was written since the last sync is on disk, or never will be.
static void settle(int descriptor, const char *path, int kept) {
  struct stat found;
  if (!is_watched(descriptor, path, &found)) return;
  char name[PATH + 32], from[64];
  snprintf(name, sizeof name, "%s/%lu", getenv("DISK_SYNCED"), (unsigned long)found.st_ino);
  snprintf(from, sizeof from, "/proc/self/fd/%d", descriptor);
  pthread_mutex_lock(&lock);
  struct watched *this = file(&found);
  int source = kept ? (int)syscall(SYS_openat, AT_FDCWD, from, O_RDONLY) : -1;
  int target = kept ? (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT, 0600) : -1;
  for (size_t index = 0; kept && index < this->count; index++) {
    struct change change = this->changes[index];
    if (change.length < 0) {
      if (syscall(SYS_ftruncate, target, change.at)) abort();
      continue;
    }
    char piece[65536];
    for (off_t done = 0; done < change.length;) {
      size_t wanted = (size_t)(change.length - done) < sizeof piece ? (size_t)(change.length - done) : sizeof piece;
      long got = syscall(SYS_pread64, source, piece, wanted, change.at + done);
      if (got <= 0) break;  // cut off since
      if (syscall(SYS_pwrite64, target, piece, (size_t)got, change.at + done) != got) abort();
      done += got;
    }
  }
  if (source >= 0) syscall(SYS_close, source);
  if (target >= 0) syscall(SYS_close, target);
  this->count = 0;
  pthread_mutex_unlock(&lock);
}

static int synced(int descriptor, int (*real)(int)) {
  char path[PATH];
  int error = fails("fsync", path_of(descriptor, path));
  int outcome = error ? -1 : real(descriptor);
  if (error) errno = error;
  error = errno;
  settle(descriptor, path, outcome == 0);
  errno = error;
  return outcome;
}

int fsync(int descriptor) { return synced(descriptor, REAL(fsync)); }
int fdatasync(int descriptor) { return synced(descriptor, REAL(fdatasync)); }

static ssize_t written_at(int descriptor, const void *bytes, size_t length, off_t at) {
  char path[PATH];
  int error = fails("write", path_of(descriptor, path));
  if (error) {
    errno = error;
    return -1;
  }
  ssize_t written = syscall(SYS_pwrite64, descriptor, bytes, length, at);
  if (written > 0) note(descriptor, path, at, written);
  return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t at) {
  return written_at(descriptor, bytes, length, at);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t at) {
  return written_at(descriptor, bytes, length, at);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
  char path[PATH];
  int error = fails("write", path_of(descriptor, path));
  if (error) {
    errno = error;
    return -1;
  }
  ssize_t written = syscall(SYS_write, descriptor, bytes, length);
  struct stat found;
  // Where it ended, whether or not the file was opened for appending.
  if (written > 0 && is_watched(descriptor, path, &found))
    note(descriptor, path, lseek(descriptor, 0, SEEK_CUR) - written, written);
  return written;
}

static int resized(int descriptor, off_t length) {
  char path[PATH];
  path_of(descriptor, path);
  int outcome = (int)syscall(SYS_ftruncate, descriptor, length);
  if (!outcome) note(descriptor, path, length, -1);
  return outcome;
}

int ftruncate(int descriptor, off_t length) { return resized(descriptor, length); }
int ftruncate64(int descriptor, off64_t length) { return resized(descriptor, length); }

// A file is about to lose its only name: another one may get its inode.
static ino_t leaving(const char *path) {
  struct stat found;
  return !lstat(path, &found) && S_ISREG(found.st_mode) && found.st_nlink == 1 ? found.st_ino : 0;
}

static void forget(ino_t inode) {
  const char *synced = getenv("DISK_SYNCED");
  if (!inode || !synced) return;
  char name[PATH + 32];
  snprintf(name, sizeof name, "%s/%lu", synced, (unsigned long)inode);
  REAL(unlink)(name);
  pthread_mutex_lock(&lock);
  for (size_t index = 0; index < known; index++)
    if (files[index].inode == inode) files[index].count = 0;
  pthread_mutex_unlock(&lock);
}

int unlink(const char *path) {
  ino_t inode = leaving(path);
  int outcome = REAL(unlink)(path);
  if (!outcome) forget(inode);
  return outcome;
}

int rename(const char *from, const char *to) {
  ino_t inode = leaving(to);
  int outcome = REAL(rename)(from, to);
  if (!outcome) forget(inode);
  return outcome;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static __typeof__(&clock_gettime) real;
  static long seconds;
  if (!real) {
    const char *added = getenv("DISK_SECONDS");
    seconds = added ? atol(added) : 0;
    real = REAL(clock_gettime);
  }
  int outcome = real(clock, time);
  if (!outcome && clock == CLOCK_REALTIME) time->tv_sec += seconds;
  return outcome;
}
