def uninstall_hook(env):
    """Turn our payment methods into plain bank methods before the code that knows them goes.

    `use_payment_terminal` gets its choices from code, so nothing else resets a value that no
    longer exists, and the payment method form would fail on it.
    """
    env.cr.execute(
        """
        UPDATE pos_payment_method
           SET use_payment_terminal = NULL,
               payment_method_type = 'none'
         WHERE use_payment_terminal = 'viva_wallet'
        """
    )
