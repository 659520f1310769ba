from viva import const


def test_the_event_table_has_what_the_reference_lists():
    listed = {
        1000, 1001, 1002, 1003, 1004, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1016,
        1017,
        1018, 1019, 1020, 1021, *range(1047, 1073), *range(1074, 1084), 1099, 1100, 1101, 1102,
        1110,
        1301, 1302, 1303, 2000, 3000, 3001, 3002, 3099, 4000, *range(5000, 5007), 6000, 6102, 6201,
        *range(7001, 7006),
    }  # fmt: skip
    assert set(const.EVENTS) == listed
    maybe = {event_id for event_id, event in const.EVENTS.items() if event.money == "maybe"}
    assert maybe == {
        1002, 1070, 1072, 1080, 1099, 1110, 1301, 1302, 1303, 3001, 3002, 3099, 4000,
    }  # fmt: skip


def test_what_viva_calls_paid_is_among_the_notifications():
    assert const.PAID_EVENTS < const.WEBHOOK_EVENTS
