from . import deadlines, models, viva_client

deadlines.shorten()
viva_client.add_points()
