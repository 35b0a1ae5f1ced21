// What each route answers; the table in api_routes.cpp says which is which.
#pragma once

#include "api_routes.h"

namespace kindgate::control {

Result<ApiResponse> get_status(Service& service, ApiRequest const& request);
Result<ApiResponse> get_devices(Service& service, ApiRequest const& request);
Result<ApiResponse> put_device(Service& service, ApiRequest const& request);
Result<ApiResponse> get_leases(Service& service, ApiRequest const& request);
Result<ApiResponse> get_explain(Service& service, ApiRequest const& request);
Result<ApiResponse> get_timeline(Service& service, ApiRequest const& request);
Result<ApiResponse> get_overrides(Service& service, ApiRequest const& request);
Result<ApiResponse> post_override(Service& service, ApiRequest const& request);
Result<ApiResponse> delete_overrides_of(Service& service, ApiRequest const& request);
Result<ApiResponse> delete_override(Service& service, ApiRequest const& request);
Result<ApiResponse> get_policy(Service& service, ApiRequest const& request);
Result<ApiResponse> get_revisions(Service& service, ApiRequest const& request);
Result<ApiResponse> get_revision(Service& service, ApiRequest const& request);
Result<ApiResponse> put_policy(Service& service, ApiRequest const& request);
Result<ApiResponse> post_validate(Service& service, ApiRequest const& request);
Result<ApiResponse> get_age_gate(Service& service, ApiRequest const& request);
Result<ApiResponse> delete_age_opened(Service& service, ApiRequest const& request);
Result<ApiResponse> post_age_proof(Service& service, ApiRequest const& request);
Result<ApiResponse> get_report(Service& service, ApiRequest const& request);
Result<ApiResponse> put_report(Service& service, ApiRequest const& request);
Result<ApiResponse> get_report_preview(Service& service, ApiRequest const& request);
Result<ApiResponse> get_report_figures(Service& service, ApiRequest const& request);
Result<ApiResponse> post_report_summary(Service& service, ApiRequest const& request);
Result<ApiResponse> post_report_send(Service& service, ApiRequest const& request);
Result<ApiResponse> post_release(Service& service, ApiRequest const& request);
Result<ApiResponse> post_clock(Service& service, ApiRequest const& request);

}  // namespace kindgate::control
