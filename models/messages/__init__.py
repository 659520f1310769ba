"""What people read about payments: cashiers in `payment_messages`, bookkeepers in
`review_messages`, administrators in `setup_messages`."""
