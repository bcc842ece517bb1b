"""The bundled schemes: data alone. `handling.scheme.load_scheme` reads them."""
