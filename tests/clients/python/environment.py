"""All that `with-platform` tells about the platform."""

import os

HOST = os.environ["PLATFORM_HOST"]
PORT = int(os.environ["PLATFORM_PORT"])
APP_ID = os.environ["APP_ID"]
KEY = os.environ["APP_KEY"]
SECRET = os.environ["APP_SECRET"]
WEBHOOK_PORT = int(os.environ["WEBHOOK_PORT"])
WEBHOOK_ID = os.environ["WEBHOOK_ID"]
WEBHOOK_SECRET = os.environ["WEBHOOK_SECRET"]
MANAGEMENT_TOKEN = os.environ["MANAGEMENT_TOKEN"]

# How long anything may take that must happen, in seconds.
PATIENCE = 20
