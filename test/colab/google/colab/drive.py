"""Stands in for Colab's module of this name: says that it was asked, and mounts nothing."""


def mount(mount_point):
    print(f"simulated drive.mount({mount_point!r})")
