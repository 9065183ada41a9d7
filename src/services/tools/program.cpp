#include "program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

namespace omniroute::services {
namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr std::size_t most_said = 4096;
constexpr std::chrono::milliseconds look_again{5};

/// A program on its way to an answer.
struct Run {
  pid_t child = -1;
  int pipe = -1;
  std::string said;
  bool ended = false;
  int status = 0;
};

void start(Run& run, const std::string& program, const std::vector<std::string>& environment) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // This program blocks the signals that end it and passes over SIGPIPE; the other one starts as from a terminal, in a group of its own.
  sigset_t none;
  sigemptyset(&none);
  sigset_t pipes;
  sigemptyset(&pipes);
  sigaddset(&pipes, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &pipes);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string name = program;
  std::string word = "--version";
  char* words[] = {name.data(), word.data(), nullptr};
  std::vector<std::string> held = environment;
  std::vector<char*> variables;
  for (std::string& each : held) variables.push_back(each.data());
  variables.push_back(nullptr);
  if (::posix_spawn(&run.child, program.c_str(), &actions, &attributes, words, variables.data()) != 0) run.child = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (run.child < 0) {
    ::close(ends[0]);
    return;
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  run.pipe = ends[0];
}

/// Reads what is there; closes the pipe at its end.
void listen(Run& run) {
  char block[1024];
  for (;;) {
    const ssize_t count = ::read(run.pipe, block, sizeof block);
    if (count > 0) {
      run.said.append(block, std::min(static_cast<std::size_t>(count), most_said - std::min(most_said, run.said.size())));
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count == 0 || errno != EAGAIN) {
      ::close(run.pipe);
      run.pipe = -1;
    }
    return;
  }
}

void wait_for_words(std::vector<Run>& runs, Moment end) {
  for (;;) {
    std::vector<pollfd> waiting;
    std::vector<Run*> whose;
    for (Run& run : runs)
      if (run.pipe >= 0) {
        waiting.push_back({run.pipe, POLLIN, 0});
        whose.push_back(&run);
      }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (waiting.empty() || left <= 0) return;
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(left)) < 0 && errno != EINTR) return;
    for (std::size_t i = 0; i < waiting.size(); ++i)
      if (waiting[i].revents != 0) listen(*whose[i]);
  }
}

/// Whether all have ended.
bool gather(std::vector<Run>& runs) {
  bool all = true;
  for (Run& run : runs) {
    if (run.child < 0 || run.ended) continue;
    run.ended = ::waitpid(run.child, &run.status, WNOHANG) == run.child;
    all = all && run.ended;
  }
  return all;
}

ProgramAnswer answer_of(const Run& run, bool killed) {
  ProgramAnswer answer;
  const std::size_t begin = std::min(run.said.find_first_not_of(" \t\r\n"), run.said.size());
  const std::size_t end = std::min(run.said.find_first_of("\r\n", begin), run.said.size());
  answer.first_line = run.said.substr(begin, std::min<std::size_t>(end - begin, 100));
  const bool fine = run.child >= 0 && run.ended && WIFEXITED(run.status) && WEXITSTATUS(run.status) == 0;
  if (!fine) {
    answer.first_line.clear();
    answer.reason = killed ? "timeout" : "failed";
  }
  return answer;
}

}  // namespace

std::string find_program(const std::vector<std::string>& names, const std::vector<std::string>& folders) {
  for (const std::string& name : names) {
    if (name.find('/') != std::string::npos) {
      if (::access(name.c_str(), X_OK) == 0) return name;
      continue;
    }
    for (const std::string& folder : folders) {
      const std::string path = folder + "/" + name;
      struct stat info {};
      if (!folder.empty() && ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0) return path;
    }
  }
  return "";
}

std::vector<ProgramAnswer> ask_versions(const std::vector<std::string>& programs, const std::vector<std::string>& environment,
                                        std::chrono::milliseconds limit) {
  std::vector<Run> runs(programs.size());
  const Moment end = std::chrono::steady_clock::now() + limit;
  for (std::size_t i = 0; i < programs.size(); ++i) start(runs[i], programs[i], environment);
  wait_for_words(runs, end);
  while (!gather(runs) && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(look_again);
  std::vector<ProgramAnswer> answers;
  for (Run& run : runs) {
    const bool kill = run.child >= 0 && !run.ended;
    if (kill) {
      ::kill(-run.child, SIGKILL);
      ::waitpid(run.child, &run.status, 0);
    }
    if (run.pipe >= 0) ::close(run.pipe);
    answers.push_back(answer_of(run, kill));
  }
  return answers;
}

}  // namespace omniroute::services
