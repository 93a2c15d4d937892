"""The store as Django knows it."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Its label names the migrations."""

    name = "dq.store"
    label = "store"
