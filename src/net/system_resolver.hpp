#pragma once
#include <map>
#include <memory>
#include <string>

#include "omniroute/net/connector.hpp"
#include "omniroute/net/worker.hpp"

namespace omniroute::net {

/// Asks getaddrinfo on a thread of its own for each lookup, one at a time a name, and keeps answers for 30 s.
/// A lookup that hangs holds up nobody else: its threads are left to themselves when the worker goes.
class SystemResolver final : public Resolver {
 public:
  explicit SystemResolver(Worker& worker);
  ~SystemResolver() override;
  Task<Result<std::vector<std::string>>> resolve(std::string host, Tick deadline) override;

 private:
  struct Lookup;
  struct Home;
  void start(const std::string& host);
  void finish(const std::string& host, std::vector<std::string> addresses, std::string failure);
  void forget_old();

  Worker& worker_;
  std::shared_ptr<Home> home_;
  std::map<std::string, std::shared_ptr<Lookup>, std::less<>> lookups_;
};

}  // namespace omniroute::net
