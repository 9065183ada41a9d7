#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"

/// Tables of the configuration database about who may come in, and who changed what.
namespace omniroute::store {

class Transaction;

/// Wrong passwords of one address. Times are Unix milliseconds.
struct LoginTries {
  std::string peer;
  int wrong = 0;
  std::int64_t since_ms = 0;
  std::int64_t blocked_until_ms = 0;
};

class LoginTriesTable {
 public:
  explicit LoginTriesTable(Transaction& transaction) : transaction_(transaction) {}
  Result<std::vector<LoginTries>> all();
  Status save(const LoginTries& tries);
  Status remove(std::string_view peer);
  Status remove_older_than(std::int64_t since_ms);

 private:
  Transaction& transaction_;
};

/// An address that is shut out for a while.
struct IpBan {
  std::string address;
  std::int64_t until_ms = 0;
  std::string reason;
};

class IpBans {
 public:
  explicit IpBans(Transaction& transaction) : transaction_(transaction) {}
  Result<std::vector<IpBan>> all();
  Status save(const IpBan& ban);
  Result<bool> remove(std::string_view address);
  Status remove_expired(std::int64_t now_ms);

 private:
  Transaction& transaction_;
};

/// One change by an owner. `before` and `after` are JSON objects without secrets; empty = there was or is nothing.
struct AuditRow {
  std::int64_t id = 0;  ///< given by the table
  std::int64_t time_ms = 0;
  std::string actor;       ///< "dashboard", "key <name>", "command line"
  std::string peer;        ///< the address it came from
  std::string request_id;  ///< of the request that did it
  std::string action;      ///< "key.create"
  std::string target;      ///< what was changed, by a name people know
  std::string before;
  std::string after;
};

struct AuditFilter {
  std::string action;  ///< begins with
  std::string actor;
  std::optional<std::int64_t> before_id;  ///< older than that row
};

class Audit {
 public:
  explicit Audit(Transaction& transaction) : transaction_(transaction) {}
  Status add(const AuditRow& row);
  /// Newest first.
  Result<std::vector<AuditRow>> recent(const AuditFilter& filter, int limit);
  Status remove_before(std::int64_t time_ms);

 private:
  Transaction& transaction_;
};

}  // namespace omniroute::store
