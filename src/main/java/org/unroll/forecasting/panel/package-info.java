/**
 * Many series in one table. {@link org.unroll.forecasting.panel.Panel} describes the table, and
 * {@link org.unroll.forecasting.panel.PanelWindows} are the samples of all series for one model.
 */
package org.unroll.forecasting.panel;
