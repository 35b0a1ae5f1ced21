// A survey to take part in: two aggregators behind a FakeWeb, who take reports, open them, and know what was answered.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "fake_web.h"
#include "report/dap_client.h"
#include "report/weekly_task.h"
#include "test.h"

namespace kindgate::test {

class Survey {
public:
    // In force in the spring of 2027.
    Survey() : task(weekly_task({2980, 30})) {}

    // For a policy file.
    std::string configuration() const {
        auto const header = report::taskprov_header(task);
        return header.substr(1, header.size() - 2);
    }

    Result<HttpReply> answer(HttpRequest const& request) {
        if (request.url == task.leader_url + "hpke_config") return keys(leader);
        if (request.url == task.helper_url + "hpke_config") return keys(helper);
        test::equal(request.url, fmt::format("{}tasks/{}/reports", task.leader_url, base64url_unpadded(task.id())),
                    "asked");
        uploads.push_back(request.body);
        if (!refusals.empty()) {
            auto const error = refusals.front();
            refusals.erase(refusals.begin());
            report::RefusedReport const refused{value(report::Report::decode(request.body)).metadata.id, error};
            return HttpReply{200,
                             {{"Content-Type", "application/ppm-dap;message=upload-errors"}},
                             report::encode_upload_errors({&refused, 1})};
        }
        return reply ? *reply : Result<HttpReply>{HttpReply{200}};
    }

    // What an upload says, once both have opened their shares and found the proof good.
    std::size_t said(kindgate::Bytes const& upload) const {
        using report::Aggregator;
        auto const sent = value(report::Report::decode(upload));
        auto const aad = report::input_share_aad(task.id(), task, sent.metadata, sent.public_share);
        auto const one = value(report::open(leader.config, leader.key, Aggregator::leader, aad, sent.leader));
        auto const other = value(report::open(helper.config, helper.key, Aggregator::helper, aad, sent.helper));
        auto const prio3 = value(report::Prio3::create(value(task.vdaf.vdaf())));
        auto const context = report::vdaf_context(task.id());
        std::array const shares{one.payload, other.payload};
        std::vector<report::VerifyState> states;
        std::vector<kindgate::Bytes> verifiers;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            auto start = value(prio3.verify_init({}, context, i, sent.metadata.id, sent.public_share, shares.at(i)));
            states.push_back(std::move(start.state));
            verifiers.push_back(std::move(start.verifier_share));
        }
        auto const message = value(prio3.verifier_message(context, verifiers));
        std::vector<kindgate::Bytes> sums(2, prio3.empty_aggregate());
        for (std::size_t i = 0; i < sums.size(); ++i)
            value(prio3.add(sums[i], value(prio3.verify_next(std::move(states[i]), message))));
        auto const counts = value(prio3.unshard(sums));
        return static_cast<std::size_t>(std::ranges::find(counts, 1U) - counts.begin());
    }

    struct Server {
        explicit Server(std::uint8_t id)
            : key(crypto::AgreementKey::at_random(crypto::Curve::x25519)),
              config(report::hpke_config(id, {crypto::Curve::x25519, crypto::Aead::aes_128_gcm}, key.public_key())) {}
        crypto::AgreementKey key;
        report::HpkeConfig config;
    };

    report::Task task;
    Server leader{1};
    Server helper{2};
    std::vector<kindgate::Bytes> uploads;
    std::vector<report::ReportError> refusals;  // of the next uploads
    std::optional<Result<HttpReply>> reply;     // to uploads, instead of taking them

private:
    static HttpReply keys(Server const& server) {
        return {200,
                {{"Content-Type", "application/ppm-dap;message=hpke-config-list"}},
                report::encode({&server.config, 1})};
    }
};

}  // namespace kindgate::test
