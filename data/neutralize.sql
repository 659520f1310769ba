-- A copied database must not be able to charge a card, nor answer Viva in the name of the original.
UPDATE pos_payment_method
   SET viva_wallet_test_mode = true,
       viva_wallet_api_key = CASE WHEN viva_wallet_api_key IS NULL THEN NULL ELSE 'neutralized' END,
       viva_wallet_client_secret = CASE WHEN viva_wallet_client_secret IS NULL THEN NULL ELSE 'neutralized' END,
       viva_wallet_webhook_verification_key = NULL,
       viva_wallet_webhook_old_token = NULL,
       viva_wallet_webhook_verified_at = NULL,
       viva_wallet_webhook_events = NULL,
       viva_wallet_webhook_token = CASE WHEN viva_wallet_webhook_token IS NULL THEN NULL
                                        ELSE replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') END;
