"""The sentences that an administrator reads while setting up: what is wrong, and what to do."""

from ...viva import const, diagnosis

# What a line of a check says of its topic.
GOOD = "good"
BAD = "bad"
WARNING = "warning"
INFO = "info"


def line(topic, level, text):
    """Return one line of a check, as the form shows it.

    :param str topic: what was looked at, in a word or two.
    :param str level: GOOD, BAD, WARNING or INFO.
    :param str text: one or two sentences.
    :rtype: dict
    """
    return {"topic": topic, "level": level, "text": text}


class SetupMessages:
    """Words for what `viva.diagnosis` found out about a candidate.

    :param env: environment, whose language is used.
    :param Candidate candidate: what was checked.
    """

    def __init__(self, env, candidate):
        self._ = env._
        self.candidate = candidate

    @property
    def environment_name(self):
        """Return the name of the environment chosen, for use within a sentence."""
        if self.candidate.simulator_url:
            return self._("the simulator")
        return self._("Viva's demo") if self.candidate.test_mode else self._("Viva (live)")

    def environment(self):
        """Return the lines about where requests go, and about untidy values."""
        _, lines = self._, []
        if self.candidate.simulator_url:
            text = _(
                "Test mode: the simulator at %(url)s plays Viva. No card is charged.",
                url=self.candidate.simulator_url,
            )
            lines.append(line(_("Environment"), INFO, text))
        if self.candidate.untidy:
            fields = self.candidate.method._fields
            labels = (
                fields[name]._description_string(self.candidate.method.env)
                for name in sorted(self.candidate.untidy)
            )
            text = _(
                "There are stray blanks, quotes or line breaks in: %(fields)s. Paste these again.",
                fields=", ".join(labels),
            )
            lines.append(line(_("Stored values"), BAD, text))
        return lines

    def terminal_pair(self, verdict):
        """Return the line about Client ID and Client secret."""
        _ = self._
        texts = {
            diagnosis.ACCEPTED: lambda: _(
                "Accepted by %(environment)s.", environment=self.environment_name
            ),
            diagnosis.MISSING: lambda: _(
                "Fill in Client ID and Client secret. At Viva: Settings > API Access > POS APIs "
                "Credentials > Generate."
            ),
            diagnosis.SWAPPED: lambda: _(
                "Client ID and Client secret are swapped: the Client ID is the one that ends in "
                ".apps.vivapayments.com."
            ),
            diagnosis.OTHER_PAIR: lambda: _(
                "The Client ID looks like a Merchant ID. Copy Client ID and Client secret from "
                "Settings > API Access > POS APIs Credentials."
            ),
            diagnosis.REFUSED: lambda: _(
                "Refused by %(environment)s. Copy Client ID and Client secret again from Settings > "
                "API Access > POS APIs Credentials. Viva shows the secret once: if you do not have "
                "it any more, generate a new one.",
                environment=self.environment_name,
            ),
        }
        return self._pair_line(_("Client ID and secret"), verdict, texts)

    def merchant_pair(self, verdict):
        """Return the line about Merchant ID and API Key."""
        _ = self._
        texts = {
            diagnosis.ACCEPTED: lambda: _(
                "Accepted by %(environment)s.", environment=self.environment_name
            ),
            diagnosis.MISSING: lambda: _(
                "Fill in Merchant ID and API Key. At Viva: Settings > API Access > Access "
                "credentials."
            ),
            diagnosis.SWAPPED: lambda: _(
                "Merchant ID and API Key are swapped: the Merchant ID is the long one with four "
                "hyphens."
            ),
            diagnosis.OTHER_PAIR: lambda: _(
                "This looks like the Client ID. Copy Merchant ID and API Key from Settings > API "
                "Access > Access credentials."
            ),
            diagnosis.REFUSED: lambda: _(
                "Refused by %(environment)s. Copy Merchant ID and API Key again from Settings > API "
                "Access > Access credentials.",
                environment=self.environment_name,
            ),
        }
        return self._pair_line(_("Merchant ID and API Key"), verdict, texts)

    def _pair_line(self, topic, verdict, texts):
        _ = self._
        shared = {
            diagnosis.OTHER_ENVIRONMENT: self._other_environment,
            diagnosis.UNREACHABLE_HOST: self._unreachable,
            diagnosis.SILENT: lambda: _("Viva does not answer at the moment. Try again later."),
        }
        text = {**shared, **texts}[verdict]()
        return line(topic, GOOD if verdict == diagnosis.ACCEPTED else BAD, text)

    def _other_environment(self):
        if self.candidate.test_mode:
            return self._(
                "These belong to a live account, and Test mode talks to Viva's demo. Switch Test "
                "mode off, or take the credentials of a demo account."
            )
        return self._(
            "These belong to a demo account, and Test mode is off. Switch Test mode on, or take the "
            "credentials of the live account."
        )

    def _unreachable(self):
        if self.candidate.simulator_url:
            return self._(
                "Nobody answers at %(url)s. Start the simulator, or correct its address.",
                url=self.candidate.simulator_url,
            )
        return self._(
            "Odoo's server cannot reach Viva. Check its internet connection, its DNS and its "
            "firewall: it must be able to open https connections to vivapayments.com."
        )

    def terminal(self, found):
        """Return the line about the terminal.

        :param diagnosis.Devices found: None when Viva was not asked.
        """
        _ = self._
        topic = _("Terminal")
        if found is None:
            return line(
                topic, INFO, _("Not checked: Client ID and Client secret must be right first.")
            )
        if found.verdict == diagnosis.FOUND:
            return line(topic, *self._terminal_among(found.devices))
        texts = {
            diagnosis.NO_TERMINALS: lambda: _(
                "This account has no terminal yet. Add one at Viva: Sales > Physical payments > "
                "Card Terminals."
            ),
            diagnosis.NOT_FOR_TERMINALS: lambda: _(
                "Viva accepts these credentials, but not for card terminals. Take those under "
                "Settings > API Access > POS APIs Credentials, not those of Smart Checkout."
            ),
            diagnosis.REFUSED: lambda: _("Viva refuses to list the terminals. Try again later."),
            diagnosis.UNREACHABLE_HOST: self._unreachable,
            diagnosis.SILENT: lambda: _(
                "Viva does not list the terminals at the moment. Try again later."
            ),
        }
        return line(topic, BAD, texts[found.verdict]())

    def _terminal_among(self, devices):
        _, terminal_id = self._, self.candidate.terminal_id
        if not terminal_id:
            return BAD, _("No terminal is chosen. Press Find my terminals.")
        device = next((entry for entry in devices if entry.terminal_id == terminal_id), None)
        if not device:
            return BAD, _(
                "Terminal %(terminal)s is not on this account. Press Find my terminals to see those "
                "that are.",
                terminal=terminal_id,
            )
        if device.status != const.STATUS_LIVE:
            return WARNING, _(
                "Terminal %(terminal)s is on this account, but not ready for payments: %(state)s. "
                "Ask Viva about it.",
                terminal=terminal_id,
                state=self.device_state(device),
            )
        return GOOD, _(
            "Terminal %(terminal)s is on this account and released for payments. Viva does not "
            "tell whether it is switched on.",
            terminal=terminal_id,
        )

    def sharers(self):
        """Return the lines about other methods that use the same terminal."""
        method, terminal = self.candidate.method, self.candidate.terminal_id
        others = method._viva_wallet_sharers(terminal)
        if not others:
            return []
        text = self._(
            "Also used by %(methods)s. It takes one payment at a time.",
            methods=method._viva_wallet_names(others),
        )
        return [line(self._("Terminal"), WARNING, text)]

    def registers(self):
        """Return the lines about registers whose currency no terminal takes."""
        refusals = (
            config._viva_wallet_currency_refusal()
            for config in self.candidate.method.sudo().config_ids
        )
        return [line(self._("Currency"), BAD, refusal) for refusal in refusals if refusal]

    def device_state(self, device):
        """Return in words what Viva says about a terminal."""
        _ = self._
        names = {
            0: lambda: _("in Viva's warehouse"),
            1: lambda: _("released"),
            2: lambda: _("ready to be shipped"),
            3: lambda: _("in stock"),
            4: lambda: _("waiting for its keys"),
            5: lambda: _("reported lost"),
            6: lambda: _("reported broken"),
            7: lambda: _("locked"),
        }
        return names[device.status]() if device.status in names else _("state not known")
