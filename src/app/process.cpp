#include "process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace omniroute::app {
namespace {

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

/// Leaves anonymous memory out of core files that a piped core handler makes in spite of the size limit (core(5)).
void empty_core_filter() {
  const int file = ::open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  const ssize_t written = ::write(file, "0\n", 2);
  static_cast<void>(written);  // a kernel without it has no such handler
  ::close(file);
}

}  // namespace

std::size_t available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  const int count = CPU_COUNT(&set);
  return count < 1 ? 1 : static_cast<std::size_t>(count);
}

void harden_process() {
  ::umask(S_IRWXG | S_IRWXO);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  empty_core_filter();
  ::signal(SIGPIPE, SIG_IGN);
}

StopSignals::StopSignals() {
  const sigset_t set = stop_set();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int StopSignals::wait() {
  const sigset_t set = stop_set();
  for (;;) {
    const int number = ::sigwaitinfo(&set, nullptr);
    if (number > 0) return number;
  }
}

std::optional<int> StopSignals::wait_for(std::chrono::milliseconds limit) {
  const sigset_t set = stop_set();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
  timespec time{};
  time.tv_sec = seconds.count();
  time.tv_nsec = std::chrono::nanoseconds(limit - seconds).count();
  const int number = ::sigtimedwait(&set, nullptr, &time);
  if (number > 0) return number;
  return std::nullopt;
}

void launch(const std::string& program, const std::string& argument) {
  const pid_t child = ::fork();
  if (child < 0) return;
  if (child > 0) {
    ::waitpid(child, nullptr, 0);
    return;
  }
  // Between fork and exec only what signal-safety(7) allows. The grandchild is init's, so that nobody has to wait for it.
  if (::fork() != 0) ::_exit(0);
  const sigset_t set = stop_set();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::setsid();
  const int nothing = ::open("/dev/null", O_RDWR);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, standard);
  ::execlp(program.c_str(), program.c_str(), argument.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace omniroute::app
