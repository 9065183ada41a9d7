#include "system_resolver.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "omniroute/net/event.hpp"

namespace omniroute::net {
namespace {

constexpr auto keep = std::chrono::seconds(30);
constexpr std::size_t keep_names = 256;

struct Answer {
  std::vector<std::string> addresses;
  std::string failure;
};

Answer ask_system(const std::string& host) {
  Answer answer;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) {
    answer.failure = ::gai_strerror(code);
    return answer;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  for (const addrinfo* at = found; at; at = at->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) continue;
    std::string literal(text.data());
    if (std::find(answer.addresses.begin(), answer.addresses.end(), literal) == answer.addresses.end())
      answer.addresses.push_back(std::move(literal));
  }
  return answer;
}

}  // namespace

struct SystemResolver::Lookup {
  std::vector<std::string> addresses;
  std::string failure;
  bool done = false;
  Tick good_until{};
  std::vector<Event*> waiters;
};

/// The way back from a lookup's thread; closed when the resolver goes.
struct SystemResolver::Home {
  std::mutex mutex;
  SystemResolver* resolver = nullptr;
};

SystemResolver::SystemResolver(Worker& worker) : worker_(worker), home_(std::make_shared<Home>()) { home_->resolver = this; }

SystemResolver::~SystemResolver() {
  const std::lock_guard lock(home_->mutex);
  home_->resolver = nullptr;
}

void SystemResolver::start(const std::string& host) {
  try {
    std::thread([home = home_, host] {
      Answer answer = ask_system(host);
      const std::lock_guard lock(home->mutex);
      if (!home->resolver) return;
      home->resolver->worker_.post([home, host, found = std::move(answer)] {
        SystemResolver* resolver = home->resolver;  // set and cleared on the worker's side only
        if (resolver) resolver->finish(host, found.addresses, found.failure);
      });
    }).detach();
  } catch (const std::system_error& failure) {
    finish(host, {}, failure.what());
  }
}

void SystemResolver::finish(const std::string& host, std::vector<std::string> addresses, std::string failure) {
  const auto at = lookups_.find(host);
  if (at == lookups_.end()) return;
  const std::shared_ptr<Lookup> lookup = at->second;
  lookup->done = true;
  lookup->addresses = std::move(addresses);
  lookup->failure = std::move(failure);
  lookup->good_until = worker_.clock().now() + keep;
  if (lookup->addresses.empty()) lookups_.erase(at);  // failures are not kept: the next call asks again
  for (Event* waiter : lookup->waiters) waiter->notify();
}

void SystemResolver::forget_old() {
  const Tick now = worker_.clock().now();
  std::erase_if(lookups_, [now](const auto& entry) { return entry.second->done && entry.second->good_until <= now; });
}

Task<Result<std::vector<std::string>>> SystemResolver::resolve(std::string host, Tick deadline) {
  const auto at = lookups_.find(host);
  std::shared_ptr<Lookup> lookup = at == lookups_.end() ? nullptr : at->second;
  if (lookup && lookup->done && lookup->good_until <= worker_.clock().now()) lookup = nullptr;
  if (!lookup) {
    if (lookups_.size() >= keep_names) forget_old();
    lookup = std::make_shared<Lookup>();
    lookups_[host] = lookup;
    start(host);
  }
  while (!lookup->done) {
    Event told(worker_);
    lookup->waiters.push_back(&told);
    const bool in_time = co_await told.wait(deadline);
    std::erase(lookup->waiters, &told);
    if (!in_time && !lookup->done) {
      Error late(ErrorKind::upstream_timeout, "The name " + host + " was not resolved in time (connect clock).");
      co_return late;
    }
  }
  if (lookup->addresses.empty()) {
    Error unknown(ErrorKind::upstream_failed, "The name " + host + " cannot be resolved: check the spelling, or the machine's DNS.");
    unknown.detail = lookup->failure;
    co_return unknown;
  }
  std::vector<std::string> copy = lookup->addresses;
  co_return Result<std::vector<std::string>>(std::move(copy));
}

}  // namespace omniroute::net
