import csv
import io
import logging
import uuid

from ..db import get_db

logger = logging.getLogger(__name__)

jobs = {}


class ImportJob:
    """One price list: sku, name, price_cents, stock."""

    def __init__(self, text):
        self.id = uuid.uuid4().hex
        self.text = text
        self.state = "waiting"
        self.imported = 0
        self.error = None

    def run(self):
        try:
            rows = list(csv.DictReader(io.StringIO(self.text)))
            with get_db() as db:
                for row in rows:
                    self.store(db, row)
        except Exception as e:
            logger.warning("Import %s failed", self.id)
            self.state = "failed"
            self.error = str(e)
        else:
            self.state = "done"
            self.imported = len(rows)

    def store(self, db, row):
        db.execute(
            "INSERT INTO products (sku, name, price_cents, stock) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (sku) DO UPDATE SET name = excluded.name,"
            " price_cents = excluded.price_cents, stock = excluded.stock",
            (row["sku"], row["name"], int(row["price_cents"]), int(row["stock"])),
        )


def start(text):
    job = ImportJob(text)
    jobs[job.id] = job
    job.run()
    return job


def find(job_id):
    return jobs.get(job_id)
