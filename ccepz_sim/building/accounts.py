"""The base-year social accounting matrix: what each account receives from each other, and the shares it implies.

Rows receive, columns pay. The matrix balances: every account's receipts equal its payments.
"""

from __future__ import annotations

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.state.records import BaseYear
from ccepz_sim.text.errors import ContentError

TOLERANCE = 1e-6


class Accounts:
    """The matrix with its labels.

    Raises:
        ContentError: if an account's receipts and payments differ by more than a millionth.
    """

    def __init__(self, content: Content) -> None:
        table = content.table("accounts")
        self.ids = table.ids
        self.matrix = np.column_stack([table.numbers(name) for name in table.ids])
        received, paid = self.matrix.sum(axis=1), self.matrix.sum(axis=0)
        gap = np.abs(received - paid) / np.maximum(paid, 1.0)
        if float(gap.max()) > TOLERANCE:
            worst = int(gap.argmax())
            raise ContentError(
                "accounts_unbalanced", account=self.ids[worst], received=received[worst], paid=paid[worst]
            )

    def cell(self, receiver: str, payer: str) -> float:
        """Give what one account receives from another, yuan a year."""
        return float(self.matrix[self.ids.index(receiver), self.ids.index(payer)])

    def paid(self, payer: str, *receivers: str) -> float:
        """Sum what an account pays to some accounts, or to all."""
        return sum(self.cell(receiver, payer) for receiver in receivers or self.ids)

    def gdp(self) -> float:
        """Give gross domestic product: labour and capital income and taxes of the producing accounts."""
        makers = ("industry", "agriculture", "construction", "services")
        return sum(self.paid(maker, "labour", "capital", "government") for maker in makers)

    def base_year(self) -> BaseYear:
        """Derive the shares the rules use."""
        goods = ("industry", "agriculture", "construction", "services", "outside")

        def ratio(maker: str) -> float:
            return self.paid(maker, "labour", "capital", "government") / self.paid(maker)

        income = float(self.matrix[self.ids.index("households")].sum())
        tax = self.cell("government", "households")
        spending = self.paid("households", *goods)
        return BaseYear.make().fill(
            local_inputs=self.cell("services", "industry") / self.paid("industry", *goods),
            services_ratio=ratio("services"),
            construction_ratio=ratio("construction"),
            agriculture_ratio=ratio("agriculture"),
            consumption=spending / (income - tax),
            local_consumption=self.cell("services", "households") / spending,
            income_tax=tax / income,
            local_construction=self.cell("construction", "saving") / self.paid("saving", *goods),
        )
