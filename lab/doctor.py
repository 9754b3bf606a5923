def require() -> None: pass
