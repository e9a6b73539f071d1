"""The acme service's scripts: what they ask of the CA, when, and what they tell."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.deploygen.acme_service import SCRIPTS, AcmeService

MINUTE = 60
HOUR = 3600


@pytest.fixture
def service(tmp_path: Path) -> Iterator[AcmeService]:
    made = AcmeService(tmp_path)
    yield made
    made.stop()


def now() -> int:
    return int(time.time())


def test_the_gateway_gets_key_and_chain_in_one_file_that_others_cannot_read(
    service: AcmeService,
) -> None:
    brought = service.brings()

    service.run()

    assert service.gateway_pem.read_text() == brought
    assert service.gateway_pem.stat().st_mode & 0o777 == 0o640
    assert "The gateway has a certificate for wiki.example.com" in service.log
    assert service.health().returncode == 0


def test_http_01_puts_the_answer_into_the_gateways_webroot(service: AcmeService) -> None:
    service.settings["ACME_DOMAINS"] = "wiki.example.com,files.example.com"
    service.brings()

    service.run()

    (call,) = service.calls
    assert "--domain wiki.example.com --domain files.example.com" in call
    assert f"--webroot {service.folder / 'webroot'}" in call


def test_dns_01_asks_the_provider_for_wildcards(service: AcmeService) -> None:
    service.settings |= {
        "ACME_DOMAINS": "example.com,*.example.com",
        "ACME_DNS": "dns_cf",
        "ACME_DNS_SLEEP": "7",
    }
    service.brings()

    service.run()

    (call,) = service.calls
    assert "--domain example.com --domain *.example.com --dns dns_cf --dnssleep 7" in call
    assert "--webroot" not in call


def test_the_key_of_an_external_account_is_no_argument(service: AcmeService) -> None:
    service.settings |= {"ACME_EAB_KID": "kid", "ACME_EAB_HMAC_KEY": "mac'key"}
    service.brings()

    service.run()

    (written,) = (service.folder / "state").glob("accounts/*/ca.conf")
    read = subprocess.run(
        ["sh", "-c", '. "$0"; printf %s "$CA_EAB_HMAC_KEY"', written],
        capture_output=True,
        text=True,
        check=True,
    )
    assert read.stdout == "mac'key"
    assert written.stat().st_mode & 0o077 == 0
    assert "mac'key" not in service.calls[0]


def test_a_certificate_that_is_not_due_is_not_asked_for_again(service: AcmeService) -> None:
    service.brings(begun=timedelta(days=59))

    service.run()
    service.run()

    assert len(service.calls) == 1


def test_each_start_tells_until_when_the_certificate_is_valid(service: AcmeService) -> None:
    service.brings()
    service.run()
    first = service.log

    service.run()

    assert first.count("valid until") == 1
    assert service.log.count("valid until") == 2


def test_a_certificate_is_renewed_when_a_third_of_its_life_is_left(service: AcmeService) -> None:
    service.brings(begun=timedelta(seconds=2), lasting=timedelta(seconds=12))
    service.start()
    service.wait_until_idle()
    renewed = service.brings()

    limit = time.monotonic() + 20
    while service.gateway_pem.read_text() != renewed:
        assert time.monotonic() < limit, service.log
        time.sleep(0.1)

    assert len(service.calls) == 2


def test_a_renewal_that_fails_leaves_the_old_certificate(service: AcmeService) -> None:
    old = service.brings(lasting=timedelta(seconds=6))
    service.run()
    service.refuses()
    time.sleep(4)

    service.run()

    assert len(service.calls) == 2
    assert service.gateway_pem.read_text() == old


@pytest.mark.parametrize(
    "change",
    [
        {"ACME_DOMAINS": "wiki.example.com,files.example.com"},
        {"ACME_SERVER": "another"},
        {"ACME_DNS": "dns_cf"},
    ],
)
def test_other_names_another_ca_or_challenge_is_another_certificate_and_the_old_stays_until_then(
    service: AcmeService, change: dict[str, str]
) -> None:
    old = service.brings()
    service.run()
    service.settings |= change
    service.refuses()

    service.run()
    assert (len(service.calls), service.gateway_pem.read_text()) == (2, old)

    service.set_state(next=0)
    new = service.brings()
    service.run()
    assert service.gateway_pem.read_text() == new


def test_going_back_to_earlier_settings_costs_no_certificate(service: AcmeService) -> None:
    first = service.brings()
    service.run()
    service.settings["ACME_DOMAINS"] = "other.example.com"
    service.brings()
    service.run()
    service.settings["ACME_DOMAINS"] = "wiki.example.com"

    service.run()

    assert len(service.calls) == 2
    assert service.gateway_pem.read_text() == first


@pytest.mark.parametrize(
    ("failures", "pause"),
    [(0, 10 * MINUTE), (1, 20 * MINUTE), (2, 40 * MINUTE), (7, 12 * HOUR), (40, 12 * HOUR)],
)
def test_the_pause_after_a_failure_doubles_up_to_twelve_hours(
    service: AcmeService, failures: int, pause: int
) -> None:
    service.refuses()
    service.run()
    service.set_state(failures=failures, next=0)

    service.run()

    assert service.state("next") - now() == pytest.approx(pause, abs=10)


def test_a_restart_does_not_cut_the_pause_short(service: AcmeService) -> None:
    service.refuses()

    service.run()
    service.run()

    assert len(service.calls) == 1


@pytest.mark.parametrize(("minutes", "calls"), [(4, 1), (6, 2)])
def test_changed_settings_are_tried_at_once_but_not_more_than_every_five_minutes(
    service: AcmeService, minutes: int, calls: int
) -> None:
    service.settings |= {"ACME_DNS": "dns_cf", "CF_Token": "wrong-token"}
    service.refuses()
    service.run()
    service.set_state(attempted=now() - minutes * MINUTE)
    service.settings["CF_Token"] = "right-token"
    service.brings()

    service.run()

    assert len(service.calls) == calls
    assert service.gateway_pem.exists() == (calls == 2)
    assert service.log.count("The next attempt is on") == 3 - calls


def test_changed_settings_that_have_to_wait_are_tried_when_five_minutes_are_over(
    service: AcmeService,
) -> None:
    service.refuses()
    service.run()
    service.set_state(attempted=now() - 5 * MINUTE + 2)
    service.settings["ACME_DNS_SLEEP"] = "7"
    service.start()

    limit = time.monotonic() + 20
    while len(service.calls) < 2:
        assert time.monotonic() < limit, service.log
        time.sleep(0.1)


@pytest.mark.parametrize(("minutes", "calls"), [(4, 1), (6, 2)])
def test_up_has_it_tried_again_but_not_more_than_every_five_minutes(
    service: AcmeService, minutes: int, calls: int
) -> None:
    service.refuses()
    service.run()
    service.set_state(attempted=now() - minutes * MINUTE)
    service.up()

    service.run()

    assert len(service.calls) == calls


def test_an_attempt_that_was_cut_off_is_not_repeated_at_the_next_start(
    service: AcmeService,
) -> None:
    service.told("hang", "")
    service.start()
    while not service.calls:
        time.sleep(0.05)
    service.stop(signal.SIGKILL)

    service.run()

    assert len(service.calls) == 1


def test_a_ca_that_says_when_to_come_again_is_obeyed_whatever_up_asks(service: AcmeService) -> None:
    until = now() + 3 * 24 * HOUR
    said = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(until))
    service.refuses(
        f'"detail": "too many certificates (5) already issued, retry after {said}: see"'
    )
    service.run()
    service.set_state(attempted=now() - HOUR)
    service.up()

    service.run()

    assert len(service.calls) == 1
    assert service.state("next") == pytest.approx(until, abs=1)
    assert "The CA wants no attempt before" in service.log


@pytest.mark.parametrize(
    ("change", "calls"),
    [
        ({"ACME_DNS_SLEEP": "7"}, 1),
        ({"ACME_DNS": "dns_cf"}, 1),
        ({"ACME_DOMAINS": "other.example.com"}, 2),
        ({"ACME_SERVER": "another"}, 2),
        ({"ACME_EMAIL": "wiki@example.com"}, 2),
        ({"ACME_EAB_KID": "kid"}, 2),
    ],
)
def test_a_ca_is_obeyed_until_it_or_the_account_or_the_names_are_others(
    service: AcmeService, change: dict[str, str], calls: int
) -> None:
    service.refuses("too many certificates, retry after 2099-01-01 00:00:00 UTC")
    service.run()
    service.set_state(attempted=now() - HOUR)
    service.settings |= change

    service.run()

    assert len(service.calls) == calls


def test_going_back_to_what_the_ca_barred_does_not_end_the_bar(service: AcmeService) -> None:
    service.refuses("too many certificates, retry after 2099-01-01 00:00:00 UTC")
    service.run()
    service.settings["ACME_DOMAINS"] = "other.example.com"
    service.set_state(attempted=now() - HOUR)
    service.brings()
    service.run()
    service.settings["ACME_DOMAINS"] = "wiki.example.com"

    service.run()

    assert len(service.calls) == 2


def test_what_the_ca_barred_shows_in_log_and_health_after_a_change_of_the_settings_too(
    service: AcmeService,
) -> None:
    service.refuses("too many certificates, retry after 2099-01-01 00:00:00 UTC")
    service.run()
    service.settings["ACME_DNS_SLEEP"] = "7"
    service.run()

    service.set_state(started=now() - 11 * MINUTE, since=now() - 11 * MINUTE)

    assert "The next attempt is on 2099-01-01" in service.log
    assert "rate limit is reached" in service.health().stdout


def test_a_ca_that_does_not_answer_is_called_again_each_minute_and_no_attempt_counted(
    service: AcmeService,
) -> None:
    service.settings["ACME_SERVER"] = "https://127.0.0.1:1/dir"

    service.run()
    service.run()

    assert service.calls == []
    assert service.state("failures") == 0
    assert service.state("next") - now() == pytest.approx(MINUTE, abs=10)
    assert service.log.count("https://127.0.0.1:1/dir can't be reached") == 1


def test_a_certificate_that_the_gateway_could_not_be_given_is_not_asked_for_twice(
    service: AcmeService,
) -> None:
    brought = service.brings()
    (service.folder / "gateway").rmdir()
    service.run()
    (service.folder / "gateway").mkdir()

    service.run()

    assert len(service.calls) == 1
    assert service.gateway_pem.read_text() == brought


def test_a_certificate_without_its_key_does_not_reach_the_gateway(service: AcmeService) -> None:
    service.brings()
    other = AcmeService(_folder(service, "other"))
    other.brings()
    service.told("key.pem", (other.folder / "told" / "key.pem").read_text())

    service.run()

    assert not service.gateway_pem.exists()
    assert service.state("failures") == 1


def test_a_clock_that_is_wrong_does_not_use_up_certificates(service: AcmeService) -> None:
    service.brings(begun=timedelta(days=80))

    service.run()
    service.run()

    assert len(service.calls) == 1
    assert "Is this machine's clock right?" in service.log


@pytest.mark.parametrize("busy", [False, True])
def test_it_stops_within_a_second(service: AcmeService, busy: bool) -> None:
    if busy:
        service.told("hang", "")
    service.start()
    while busy and not service.calls:
        time.sleep(0.05)
    if not busy:
        service.wait_until_idle()

    assert service.stop() < 1


def test_a_failure_shows_in_the_health_when_the_grace_is_over(service: AcmeService) -> None:
    service.refuses("wiki.example.com: Invalid status. Verification error details: refused")
    service.run()
    assert service.health().returncode == 0

    service.set_state(started=now() - 11 * MINUTE, since=now() - 11 * MINUTE)
    health = service.health()

    assert health.returncode == 1
    assert "port 80" in health.stdout


def test_a_first_failure_long_after_the_start_has_its_grace(service: AcmeService) -> None:
    service.refuses()
    service.run()
    service.set_state(started=now() - 60 * HOUR)

    assert service.health().returncode == 0


def test_up_waits_until_a_probe_found_the_service_healthy_again(service: AcmeService) -> None:
    service.refuses()
    service.run()
    service.set_state(started=now() - HOUR, since=now() - HOUR)
    assert service.health().returncode == 1
    up = subprocess.Popen(["sh", SCRIPTS / "again.sh"], env=service.environment)
    time.sleep(2)
    assert up.poll() is None

    assert service.health().returncode == 0

    assert up.wait(10) == 0


@pytest.mark.parametrize("probed", [None, "unhealthy long ago", "healthy"])
def test_up_does_not_wait_for_a_service_that_is_stopped_or_healthy(
    service: AcmeService, probed: str | None
) -> None:
    if probed == "unhealthy long ago":
        service.set_state(probed=(now() - HOUR) * 10 + 1)
    elif probed == "healthy":
        service.set_state(probed=now() * 10)
    begun = time.monotonic()

    assert service.up().returncode == 0

    assert time.monotonic() - begun < 2


def test_a_success_clears_all_that_failures_left(service: AcmeService) -> None:
    service.refuses()
    service.run()
    service.brings()
    service.set_state(next=0)

    service.run()

    left = {file.name for file in (service.folder / "state").iterdir() if file.is_file()}
    assert left == {"configuration", "started"}


def test_the_log_shows_what_acme_sh_said_without_certificates_and_hints_that_lead_nowhere(
    service: AcmeService,
) -> None:
    service.refuses(
        "one\n"
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        "Please add '--debug' or '--log' to see more information.\n"
    )

    service.run()

    assert "acme.sh: one\n" in service.log
    for unwanted in ("MIIB", "--debug"):
        assert unwanted not in service.log


@pytest.mark.parametrize(
    ("passed_on", "said", "shown"),
    [
        ({"CF_Token": "a.b*c-d"}, "with a.b*c-d,a.b*c-d", "with (hidden),(hidden)"),
        ({"OVH_AS": "first", "INFOBLOX_Creds": "me:pw"}, "first me:pw", "(hidden) (hidden)"),
        ({"A": "abcd", "B": "abcdef"}, "abcdef", "(hidden)"),
        ({"A": "hidden"}, "hidden", "(hidden)"),
    ],
)
def test_what_is_passed_on_to_the_provider_is_hidden_in_log_and_health(
    service: AcmeService, passed_on: dict[str, str], said: str, shown: str
) -> None:
    service.settings |= {**passed_on, "ACME_PRIVATE": ",".join(passed_on)}
    service.refuses(f"Adding {said}.")

    service.run()

    assert f"acme.sh: Adding {shown}.\n" in service.log
    assert service.health().stdout.endswith(f"It says: Adding {shown}.\n")


@pytest.mark.parametrize("value", ["", "1", "443", "true", "false", "none", "example.com"])
def test_switches_what_is_in_every_text_and_names_on_the_certificate_are_not_hidden(
    service: AcmeService, value: str
) -> None:
    service.settings |= {"PROVIDERS_OWN": value, "ACME_PRIVATE": "PROVIDERS_OWN"}
    service.refuses(f"Adding {value}.")

    service.run()

    assert f"acme.sh: Adding {value}.\n" in service.log


def test_of_an_external_account_the_key_is_hidden(service: AcmeService) -> None:
    service.settings |= {"ACME_EAB_HMAC_KEY": "hmac-of-mine", "ACME_EAB_KID": "kid-of-mine"}
    service.refuses("kid-of-mine hmac-of-mine")

    service.run()

    assert "acme.sh: kid-of-mine (hidden)\n" in service.log


def test_hiding_something_does_not_make_an_error_unreadable(service: AcmeService) -> None:
    service.settings |= {"ACME_DNS": "dns_x", "X_Id": "2099", "ACME_PRIVATE": "X_Id"}
    service.refuses("too many certificates, retry after 2099-01-01 00:00:00 UTC")

    service.run()

    assert "The CA wants no attempt before 2099-01-01" in service.log


@pytest.mark.parametrize(
    ("said", "dns", "explained"),
    [
        (
            "wiki.example.com: Invalid status. Verification error details: 192.0.2.1: Fetching "
            "http://wiki.example.com/.well-known/acme-challenge/x: Connection refused",
            "",
            "The CA could not fetch http://wiki.example.com/.well-known/acme-challenge/...: is "
            "port 80 open to the internet, and does the name lead here? The CA says: 192.0.2.1: "
            "Fetching http://wiki.example.com/.well-known/acme-challenge/x: Connection refused",
        ),
        (
            "wiki.example.com: Invalid status. Verification error details: DNS problem: NXDOMAIN "
            "looking up A for wiki.example.com",
            "",
            "The CA finds no address of wiki.example.com in the DNS: has it an A or AAAA record "
            "that leads to this machine? The CA says: DNS problem: NXDOMAIN looking up A for "
            "wiki.example.com",
        ),
        (
            "*.example.com: Invalid status. Verification error details: No TXT record found at "
            "_acme-challenge.example.com",
            "dns_cf",
            "The CA did not find the TXT record of _acme-challenge.example.com: does dns_cf serve "
            "this domain, and would a larger ACME_DNS_SLEEP do? The CA says: No TXT record found "
            "at _acme-challenge.example.com",
        ),
        (
            "invalid domain\nError adding TXT record to domain: _acme-challenge.example.com",
            "dns_dp",
            "acme.sh could not set the TXT record by dns_dp: are its ACME_ENV_ variables in "
            "config.sh right, and is the domain in that account?",
        ),
        (
            '{"type": "urn:ietf:params:acme:error:externalAccountRequired", "detail": "needed"}',
            "",
            "The CA wants an account that was made with it: ACME_EAB_KID and ACME_EAB_HMAC_KEY. "
            "The CA says: needed",
        ),
        (
            '{"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "forbidden"}',
            "",
            "The CA does not certify such a name. The CA says: forbidden",
        ),
        (
            '{"type": "urn:ietf:params:acme:error:caa", "detail": "CAA record for x"}',
            "",
            "A CAA record in the DNS forbids this CA to certify the name. The CA says: CAA record "
            "for x",
        ),
        (
            "one\nCannot find a tool",
            "",
            "acme.sh did not get a certificate. It says: Cannot find a tool",
        ),
    ],
)
def test_a_failure_is_told_with_what_to_do(
    service: AcmeService, said: str, dns: str, explained: str
) -> None:
    service.settings["ACME_DNS"] = dns
    service.refuses(said)

    service.run()

    assert (service.folder / "state" / "reason").read_text() == f"{explained}\n"
    assert explained in service.log


def test_an_image_whose_acme_sh_only_root_may_run_is_named(service: AcmeService) -> None:
    program = service.folder / "bin" / "acme.sh"
    program.unlink()

    service.run()

    assert "neilpang/acme.sh:3.1.2 or later" in service.log


def _folder(service: AcmeService, name: str) -> Path:
    folder = service.folder / name
    folder.mkdir()
    return folder
