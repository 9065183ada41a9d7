#pragma once
#include "omniroute/api/gateway.hpp"
#include "omniroute/base/task.hpp"

/// The handlers of the management API, a file a group. Each parses, calls one thing and answers.
namespace omniroute::api {

// auth.cpp
Task<void> set_up(Services& services, Call& call);
Task<void> log_in(Services& services, Call& call);
Task<void> log_out(Services& services, Call& call);
Task<void> auth_status(Services& services, Call& call);
Task<void> change_password(Services& services, Call& call);

Task<void> list_sessions(Services& services, Call& call);
Task<void> remove_session(Services& services, Call& call);
Task<void> remove_other_sessions(Services& services, Call& call);

// audit.cpp
Task<void> show_audit(Services& services, Call& call);

// ip_filter.cpp
Task<void> show_ip_filter(Services& services, Call& call);
Task<void> change_ip_filter(Services& services, Call& call);

// accounts.cpp; the API calls them connections
Task<void> list_accounts(Services& services, Call& call);
Task<void> create_account(Services& services, Call& call);
Task<void> show_account(Services& services, Call& call);
Task<void> update_account(Services& services, Call& call);
Task<void> remove_account(Services& services, Call& call);
Task<void> test_account(Services& services, Call& call);

// nodes.cpp
Task<void> list_nodes(Services& services, Call& call);
Task<void> create_node(Services& services, Call& call);
Task<void> show_node(Services& services, Call& call);
Task<void> update_node(Services& services, Call& call);
Task<void> remove_node(Services& services, Call& call);

// keys.cpp
Task<void> list_keys(Services& services, Call& call);
Task<void> create_key(Services& services, Call& call);
Task<void> show_key(Services& services, Call& call);
Task<void> update_key(Services& services, Call& call);
Task<void> rotate_key(Services& services, Call& call);
Task<void> remove_key(Services& services, Call& call);

// settings.cpp
Task<void> list_settings(Services& services, Call& call);
Task<void> change_settings(Services& services, Call& call);

// health.cpp
Task<void> show_health(Services& services, Call& call);

// local_servers.cpp
Task<void> list_local_servers(Services& services, Call& call);

// series.cpp
Task<void> show_series(Services& services, Call& call);

// latency.cpp
Task<void> show_latency(Services& services, Call& call);

// usage.cpp
Task<void> show_history(Services& services, Call& call);
Task<void> show_logs(Services& services, Call& call);
Task<void> show_log(Services& services, Call& call);
Task<void> show_bodies(Services& services, Call& call);
Task<void> clear_bodies(Services& services, Call& call);

// translator.cpp
Task<void> detect_format(Services& services, Call& call);
Task<void> translate_body(Services& services, Call& call);

// analytics.cpp
Task<void> show_analytics(Services& services, Call& call);

// pricing.cpp
Task<void> show_prices(Services& services, Call& call);
Task<void> show_default_prices(Services& services, Call& call);
Task<void> show_price_history(Services& services, Call& call);
Task<void> change_prices(Services& services, Call& call);
Task<void> reset_prices(Services& services, Call& call);

// budgets.cpp
Task<void> show_budgets(Services& services, Call& call);
Task<void> change_budget(Services& services, Call& call);

// config_file.cpp
Task<void> export_config(Services& services, Call& call);
Task<void> apply_config(Services& services, Call& call);

// backups.cpp
Task<void> list_backups(Services& services, Call& call);
Task<void> make_backup(Services& services, Call& call);
Task<void> restore_backup(Services& services, Call& call);
Task<void> verify_backup(Services& services, Call& call);
Task<void> remove_backup(Services& services, Call& call);

// cli_tools.cpp
Task<void> list_cli_tools(Services& services, Call& call);
Task<void> preview_cli_tool(Services& services, Call& call);
Task<void> apply_cli_tool(Services& services, Call& call);
Task<void> undo_cli_tool(Services& services, Call& call);
Task<void> clear_cli_tool(Services& services, Call& call);
Task<void> list_cli_backups(Services& services, Call& call);

// egress.cpp
Task<void> show_egress(Services& services, Call& call);
Task<void> clear_egress(Services& services, Call& call);

// openapi.cpp
Task<void> show_openapi(Services& services, Call& call);

// metrics.cpp
Task<void> show_metrics(Services& services, Call& call);

// providers.cpp
Task<void> list_catalog(Services& services, Call& call);

}  // namespace omniroute::api
