"""Turns an edition and the store it stands on into everything the report says."""

from dlsurvey.analysis.cards import make_cards
from dlsurvey.analysis.comparison import compare_workloads, list_failures
from dlsurvey.analysis.evidence import Evidence
from dlsurvey.analysis.findings import Cover, Findings, Trend, WorkloadFindings
from dlsurvey.analysis.listings import list_stages
from dlsurvey.analysis.trends import find_trends
from dlsurvey.config import Config
from dlsurvey.records import Edition
from dlsurvey.store import Store


def find_out(config: Config, store: Store, edition: Edition) -> Findings:
    """Read the evidence of `edition` and say what it shows; raises StoreError for a damaged file."""
    survey = config.settings.survey
    trials = tuple(store.read_trial(trial_id) for trial_id in edition.trials)
    evidence = Evidence(store, edition)
    workloads = compare_workloads(
        trials, edition.datasets, config.settings.margins, certificates=edition.parity
    )
    trends = find_trends(evidence)
    return Findings(
        cover=Cover(
            title=survey.title,
            subtitle=survey.subtitle,
            author=survey.author,
            course=survey.course,
            institution=survey.institution,
            date=survey.date or edition.created_at.date(),
            language=survey.language,
        ),
        edition=edition,
        cards=make_cards(evidence, trials),
        workloads=workloads,
        failures=list_failures(trials),
        trends=trends,
        stages=list_stages(store, trials),
        conclusions=_conclude(workloads, trends),
        trials=trials,
        gaps=edition.gaps,
        created_at=edition.created_at,
    )


def _conclude(
    workloads: tuple[WorkloadFindings, ...], trends: tuple[Trend, ...]
) -> tuple[str, ...]:
    sentences = []
    for workload in workloads:
        sentences += [comparison.sentence for comparison in workload.comparisons]
        if workload.dataset_note:
            sentences.append(f"{workload.title}: {workload.dataset_note}")
    sentences += [trend.sentence for trend in trends]
    return tuple(sentences)
