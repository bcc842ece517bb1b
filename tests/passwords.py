"""The password of the tests' people."""

from argon2 import PasswordHasher

PASSWORD = "correct horse"
# A true argon2 hash at the least cost: the product's takes a tenth of a second a login, on purpose.
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
