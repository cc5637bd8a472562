"""Closing a round, parting equals, prizes, the decision, and taking everything away."""

from __future__ import annotations

import asyncio
import io
import os
import re
import time
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from starlette.applications import Starlette

from bot.admin.contests import jobs as jobs_module
from bot.admin.contests.jobs import Outcome, Progress, Wanted
from bot.store import contest_jobs
from bot.store.contest_jobs import Job
from bot.store.database import Database
from tests.admin.conftest import Enter, MovedClock
from tests.admin.contests.conftest import ROOT, Browser, room_of, text_of
from tests.channels.conftest import until
from tests.contest.conftest import Arena, at

W1 = {"vong": "w1"}
REASON = "Lập danh sách trao giải cho ban tổ chức"


async def computed(organizer: Browser) -> str:
    return await organizer.send("/ket-qua", step="compute", **W1)


async def last_job(database: Database) -> Job:
    async with database.reading() as tx:
        kinds = ["export", "verify", "certificates", "notice", "compute"]
        return (await contest_jobs.list_jobs(tx, "thu", kinds, 1))[0]


async def rename(database: Database, table: str, to: str) -> None:
    async with database.transaction() as tx:
        await tx.connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {to}")


async def test_an_open_round_is_not_computed(organizer: Browser, clock: MovedClock) -> None:
    assert "chưa đóng nên chưa tính được" in await organizer.text("/ket-qua?vong=w2")
    refused = await organizer.send("/ket-qua", 422, step="compute", vong="w2")
    assert "Tuần 2 chưa đóng nên chưa có kết quả." in refused


async def test_every_ranking_key_is_a_column(organizer: Browser) -> None:
    told = await computed(organizer)
    assert "Đã tính xong kết quả." in told
    assert "Số thực tế của câu dự đoán 2" in told
    for heading in ("Số câu đúng", "Lệch dự đoán", "Thời gian làm (ms)", "Nộp lúc", "Bốc thăm"):
        assert heading in told
    assert "2026-02-27 09:01:00.000" in told
    page = await organizer.see("/ket-qua?vong=w1")
    assert len(re.findall(r'<th scope="col" class="number decides">', page)) == 4


async def test_equals_are_parted_by_lots_before_the_decision(organizer: Browser) -> None:
    told = await computed(organizer)
    assert "Còn người bằng nhau" in told
    assert "Số quyết định đã ký" not in told
    refused = await organizer.send("/ket-qua", 422, step="decide", number="12/QĐ", **W1)
    assert "Hãy bốc thăm" in refused
    assert "12/QĐ" in refused, "what was typed is given back"
    drawn = await organizer.send("/ket-qua", step="lots", seed="chung", **W1)
    assert "Đã bốc thăm" in drawn
    assert "Còn người bằng nhau" not in drawn
    assert "Bạn cần ghi số quyết định" in await organizer.send(
        "/ket-qua", 422, step="decide", number="", **W1
    )
    decided = await organizer.send("/ket-qua", step="decide", number="12/QĐ-BTC", **W1)
    assert "số 12/QĐ-BTC, organizer ghi lúc" in decided
    assert "cần quyết định mới" in decided


async def awarded(organizer: Browser) -> list[str]:
    """The round computed, equals parted; the numbers of its prizes."""
    await computed(organizer)
    await organizer.send("/ket-qua", step="lots", seed="chung", **W1)
    page = await organizer.see("/ket-qua?vong=w1")
    return list(dict.fromkeys(re.findall(r'name="award" value="(\d+)"', page)))


async def test_a_prize_is_verified_or_passed_down(organizer: Browser) -> None:
    first, second, *_ = await awarded(organizer)
    done = await organizer.send("/ket-qua", step="verify", award=first, reason="Căn cước", **W1)
    assert "đã xác minh Căn cước" in done
    refused = await organizer.send("/ket-qua", 422, step="pass", award=second, **W1)
    assert "Bạn cần ghi lý do." in refused
    passed = await organizer.send("/ket-qua", step="pass", award=second, reason="Từ chối", **W1)
    assert "đã chuyển xuống Từ chối" in passed
    assert "Không tìm thấy giải" in await organizer.send(
        "/ket-qua", 422, step="verify", award="999", **W1
    )


@pytest.mark.parametrize("fields", [{"vong": "x"}, {"vong": "w1", "step": "danh-sap"}])
async def test_a_button_that_does_not_exist_is_refused(
    organizer: Browser, fields: dict[str, str]
) -> None:
    await organizer.send("/ket-qua", 400, **fields)
    await organizer.send("/xuat", 400, **{"step": "export", "format": "exe", **fields})


async def finished(app: Starlette, database: Database) -> Job:
    job = await last_job(database)
    await room_of(app).jobs.wait(job.id, 60)
    return await last_job(database)


async def test_the_masked_workbook_names_nobody_and_anybody_may_fetch_it(
    app: Starlette, organizer: Browser, enter: Enter, database: Database
) -> None:
    await computed(organizer)
    await organizer.send("/xuat", step="export", format="xlsx")
    job = await finished(app, database)
    assert job.state == "done", job.result
    assert "Bảng số liệu organizer" in await organizer.text("/xuat")
    other = Browser(await enter("owner"))
    response = await other.client.get(f"{ROOT}/xuat/{job.id}")
    assert 'filename="thu-' in response.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    cells = [str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row]
    book.close()
    assert "N. V. An" in cells
    assert not [cell for cell in cells if "Nguyễn Văn An" in cell or "0912345678" in cell]


async def test_the_full_workbook_needs_a_reason_and_is_for_who_asked(
    app: Starlette, organizer: Browser, enter: Enter, database: Database
) -> None:
    wanted = {"step": "export", "format": "csv", "full": "1"}
    assert "ghi rõ lý do" in await organizer.send("/xuat", 422, **wanted)
    await organizer.send("/xuat", reason=REASON, **wanted)
    job = await finished(app, database)
    response = await organizer.client.get(f"{ROOT}/xuat/{job.id}")
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        assert "Nguyễn Văn An" in packed.read("thi_sinh.csv").decode("utf-8-sig")
    other = Browser(await enter("owner"))
    refused = await other.client.get(f"{ROOT}/xuat/{job.id}")
    assert refused.status_code == 409
    assert "chỉ người đã yêu cầu mới tải được" in text_of(refused.text)
    assert REASON in await organizer.text("/nhat-ky")


async def test_the_proof_holds(app: Starlette, organizer: Browser, database: Database) -> None:
    await computed(organizer)
    await organizer.send("/xuat", step="verify")
    job = await finished(app, database)
    assert job.result["holds"], job.result
    assert "Khớp tất cả: 3 lượt, 12 câu trả lời, 1 kết quả." in await organizer.text("/xuat")


async def test_certificates_and_the_notice_are_made(
    app: Starlette, organizer: Browser, database: Database
) -> None:
    first, *_ = await awarded(organizer)
    assert "xác minh từng người" in await organizer.send("/xuat", 422, step="certificates", **W1)
    assert "Chưa có quyết định" in await organizer.send("/xuat", 409, step="notice", **W1)
    await organizer.send("/ket-qua", step="verify", award=first, reason="Căn cước", **W1)
    await organizer.send("/ket-qua", step="decide", number="12/QĐ", **W1)
    for step, start in (("certificates", b"%PDF"), ("notice", b"PK")):
        await organizer.send("/xuat", step=step, place="Hạ Long", **W1)
        job = await finished(app, database)
        response = await organizer.client.get(f"{ROOT}/xuat/{job.id}")
        assert response.content.startswith(start)


async def slow(progress: Progress) -> Outcome:
    progress.tell("chờ", 7)
    await asyncio.Event().wait()
    return Outcome({})


async def test_one_job_at_a_time_and_it_can_be_called_off(
    app: Starlette, organizer: Browser, enter: Enter, database: Database
) -> None:
    jobs = room_of(app).jobs
    number = await jobs.start(Wanted("thu", "export", "organizer", {}), slow)
    other = Browser(await enter("owner"))
    assert "Máy đang làm một việc khác" in await other.send("/xuat", 422, step="verify")
    assert "Đã tính xong" in await computed(other), "an export keeps no round from being closed"
    assert "đang làm" in await other.text("/xuat")
    await other.send("/xuat", step="cancel", job=str(number))
    await jobs.wait(number, 60)
    assert "đã dừng" in await organizer.text("/xuat")


async def test_a_job_whose_process_died_keeps_nobody_waiting(
    app: Starlette, organizer: Browser, database: Database, clock: MovedClock
) -> None:
    async with database.transaction() as tx:
        for kind in ("export", "compute"):
            await contest_jobs.begin(tx, "thu", kind, {}, "organizer", clock())
    assert "Máy đang tính" in await organizer.text("/ket-qua?vong=w1")
    clock.move(seconds=100)
    assert "dở dang" in await organizer.text("/xuat")
    assert "Lần tính gần nhất chưa xong" in await organizer.text("/ket-qua?vong=w1")
    assert "Đã tính xong" in await computed(organizer)


async def test_stopping_the_program_ends_its_jobs_and_says_so(
    app: Starlette, arena: Arena, database: Database
) -> None:
    jobs = room_of(app).jobs
    await jobs.start(Wanted("thu", "export", "organizer", {}), slow)
    await jobs.close()
    job = await last_job(database)
    assert (job.state, job.result["sentence"]) == (
        "failed",
        "Máy chủ dừng giữa chừng. Bạn bấm làm lại.",
    )


async def test_files_go_after_a_day(
    app: Starlette, organizer: Browser, database: Database, clock: MovedClock
) -> None:
    await organizer.send("/xuat", step="export", format="jsonl")
    job = await finished(app, database)
    folder = room_of(app).jobs.folder
    assert [path.name for path in folder.iterdir()] == [job.file]
    clock.move(days=1, hours=-2)
    assert (await organizer.client.get(f"{ROOT}/xuat/{job.id}")).status_code in (200, 303)
    clock.move(hours=3)
    await room_of(app).jobs.start(Wanted("thu", "export", "organizer", {}), slow)
    assert list(folder.iterdir()) == []


async def test_what_a_killed_program_left_half_written_goes_after_a_day(
    app: Starlette,
) -> None:
    jobs = room_of(app).jobs
    jobs.folder.mkdir(parents=True, exist_ok=True)
    old, new = (jobs.folder / f".{name}.csv.dang-ghi" for name in ("cu", "moi"))
    for path, hours in ((old, 25), (new, 23)):
        path.write_text("Nguyễn Thị Lan")
        os.utime(path, (time.time() - hours * 3_600,) * 2)
    stop = asyncio.Event()
    tidying = asyncio.create_task(jobs.keep_tidy(stop))
    await until(lambda: not old.exists())
    stop.set()
    await tidying
    assert new.exists()


async def test_a_job_outlives_a_database_that_is_away_while_it_works_and_at_its_end(
    app: Starlette, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_TELL_S", 0.02)
    jobs, told = room_of(app).jobs, asyncio.Event()

    async def short(_progress: Progress) -> Outcome:
        await told.wait()
        return Outcome({"rows": 7}, "tep.csv")

    number = await jobs.start(Wanted("thu", "export", "organizer", {}), short)
    await rename(database, "contest_jobs", "away")
    await until(lambda: database.trouble)
    told.set()
    database.trouble = ""
    await until(lambda: database.trouble)
    await rename(database, "away", "contest_jobs")
    await jobs.wait(number, 60)
    job = await last_job(database)
    assert (job.state, job.result, job.file) == ("done", {"rows": 7}, "tep.csv")


async def test_a_paper_that_ran_out_is_ended_by_the_computing(
    organizer: Browser, arena: Arena
) -> None:
    await arena.start("an", at(0) + timedelta(days=9, hours=15, minutes=55), "w1")
    assert "Lượt được tính 4" in await computed(organizer)
